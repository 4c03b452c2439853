/**
 * The log: one line for each event on stderr, as text or as JSON. It never throws, for any value. On a
 * terminal it also keeps a block of status rows below its lines, because only the writer of the lines can
 * keep the two apart.
 */
export type Fields = Readonly<Record<string, unknown>>;

export interface Logger {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  /** Writes the line if the verbosity is at least `level`. */
  verbose(level: number, message: string, fields?: Fields): void;
  /** On a terminal, redraws the rows below the log. Without rows, leaves the old ones in place. */
  readonly status?: (rows?: readonly string[]) => void;
}

export interface LogOptions {
  readonly format: "text" | "json";
  readonly verbosity: number;
  readonly write?: (text: string) => void;
  readonly now?: () => Date;
  /** Default: stderr, if it is a terminal. */
  readonly terminal?: () => TerminalSize;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export function createLogger(options: LogOptions): Logger {
  const { format, verbosity, write = writeToStderr, now = () => new Date() } = options;
  const terminal = options.terminal ?? detectTerminal(options);
  let block = "";

  const attempt = (action: () => void) => {
    try {
      action();
    } catch {
      // There is no place left to report the error.
    }
  };
  const erase = () => block && `\x1b[${block.split("\n").length - 1}A\r\x1b[J`;
  const log = (level: string, message: string, fields: Fields = {}) =>
    attempt(() => {
      const line = FORMATS[format]({ time: now(), level, message, fields });
      write(`${erase()}${line}\n${block}`);
    });
  const draw = (rows: readonly string[], size: TerminalSize) => {
    const before = erase();
    block = rows.slice(0, size.rows - 1).map((row) => `${row.slice(0, size.columns - 1)}\n`).join("");
    write(before + block);
  };

  return {
    error: (message, fields) => log("ERROR", message, fields),
    warn: (message, fields) => log("WARN", message, fields),
    info: (message, fields) => log("INFO", message, fields),
    verbose: (level, message, fields) => {
      if (level <= verbosity) log("DEBUG", message, fields);
    },
    ...terminal && {
      status: (rows) => {
        if (rows) attempt(() => draw(rows, terminal()));
        else block = "";
      },
    },
  };
}

interface Event {
  readonly time: Date;
  readonly level: string;
  readonly message: string;
  readonly fields: Fields;
}

const FORMATS = { text: toText, json: toJson };

function toText({ time, level, message, fields }: Event): string {
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${quote(print(value))}`);
  return escape(`${time.toISOString()} ${level.padEnd(5)} ${message}${pairs.join("")}`);
}

function toJson({ time, level, message, fields }: Event): string {
  const head = { ts: time.toISOString(), level: level.toLowerCase(), msg: message };
  const plain = Object.entries(fields).map(([key, value]) => [key, isPlain(value) ? value : print(value)]);
  return escape(JSON.stringify({ ...head, ...Object.fromEntries(plain), ...head }));
}

function isPlain(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value) ||
    Array.isArray(value) && value.every(isPlain);
}

/** Returns a value as a word, an Error with its causes. */
function print(value: unknown): string {
  if (value instanceof Error) {
    return value.cause === undefined ? value.message : `${value.message}: ${print(value.cause)}`;
  }
  try {
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
  } catch {
    return "[unprintable]";
  }
}

function quote(word: string): string {
  return /^[^\s"=]+$/.test(word) ? word : JSON.stringify(word);
}

/** Replaces characters that end a line, move the cursor or reverse the writing direction with their code. */
function escape(line: string): string {
  return line.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const encoder = new TextEncoder();

function writeToStderr(text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
}

function detectTerminal({ format, write }: LogOptions): LogOptions["terminal"] {
  return format === "text" && !write && Deno.stderr.isTerminal() ? Deno.consoleSize : undefined;
}
