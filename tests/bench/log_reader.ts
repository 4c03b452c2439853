import { LineStream } from "./line_stream.ts";

const PATIENCE_MILLISECONDS = 120_000;

export interface LogLine {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads and keeps the log of a program: JSON, one object a line. */
export class LogReader {
  readonly lines: LogLine[] = [];
  /** Settles at the end of the log. */
  readonly ended: Promise<void>;
  #arrived = Promise.withResolvers<void>();
  #isOpen = true;

  constructor(log: ReadableStream<Uint8Array>) {
    this.ended = this.#read(log);
  }

  /** Returns the first line with the message. Rejects if the log ends without it, or after two minutes. */
  async find(message: string): Promise<LogLine> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#arrived.resolve();
    }, PATIENCE_MILLISECONDS);
    try {
      while (true) {
        const line = this.lines.find((line) => line.message === message);
        if (line) return line;
        if (late || !this.#isOpen) throw new Error(`no "${message}" in the log:\n${this.text()}`);
        await this.#arrived.promise;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  text(): string {
    return this.lines.map((line) => JSON.stringify(line)).join("\n");
  }

  async #read(log: ReadableStream<Uint8Array>): Promise<void> {
    for await (const line of log.pipeThrough(new LineStream())) {
      this.lines.push(parse(line));
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
    }
    this.#isOpen = false;
    this.#arrived.resolve();
  }
}

/** Parses a line. Text that is not JSON, such as a stack trace, becomes the message of a line. */
function parse(line: string): LogLine {
  if (!line.startsWith("{")) return { time: Date.now(), message: line, fields: {} };
  const { ts, msg, ...fields } = JSON.parse(line);
  return { time: Date.parse(ts), message: msg, fields };
}
