/**
 * A log that folds equal lines about many kinds, or repeated lines, into one with a count. The first such
 * line is written after one second, together with all equal lines by then. Later ones share another line,
 * half a minute after the last. If the API server disappears, the log has one line and not one for each kind.
 */
import type { Fields, Logger } from "./log.ts";

const FIRST_WAIT = 1_000;
const NEXT_WAIT = 30_000;
/** Number of different lines that are folded at the same time. Further lines are written unfolded. */
const MOST_LINES = 200;
/** Number of kinds that a line names. Further kinds are only counted. */
const MOST_NAMED = 3;

type Level = "error" | "warn" | "info";

interface Line {
  readonly level: Level;
  readonly message: string;
  /** The common part of the lines. */
  readonly fields: Fields;
  readonly subjects: Set<string>;
  times: number;
  /** Ends the wait for further lines. Undefined if there is no wait. */
  cancel?: () => void;
}

export interface FoldingLogOptions {
  /** Calls back after this many milliseconds, unless cancelled. */
  readonly after?: (milliseconds: number, task: () => void) => () => void;
}

export class FoldingLog implements Logger {
  readonly #log: Logger;
  readonly #after: NonNullable<FoldingLogOptions["after"]>;
  readonly #lines = new Map<string, Line>();

  constructor(log: Logger, { after = afterTimeout }: FoldingLogOptions = {}) {
    this.#log = log;
    this.#after = after;
  }

  error(message: string, fields?: Fields): void {
    this.#fold("error", message, fields);
  }

  warn(message: string, fields?: Fields): void {
    this.#fold("warn", message, fields);
  }

  info(message: string, fields?: Fields): void {
    this.#fold("info", message, fields);
  }

  verbose(level: number, message: string, fields?: Fields): void {
    this.#log.verbose(level, message, fields);
  }

  /** Writes the waiting lines. Nothing must be logged afterwards. */
  close(): void {
    for (const line of this.#lines.values()) {
      line.cancel?.();
      if (line.times > 0) this.#write(line);
    }
    this.#lines.clear();
  }

  #fold(level: Level, message: string, { kind, namespace, ...fields }: Fields = {}): void {
    const key = [level, message, ...Object.entries(fields).flat().map(String)].join("\0");
    let line = this.#lines.get(key);
    if (line === undefined) {
      const subjects = new Set<string>();
      line = { level, message, fields, subjects, times: 0 };
      if (this.#lines.size < MOST_LINES) this.#lines.set(key, line);
    }
    if (kind !== undefined) {
      line.subjects.add(namespace === undefined ? `${kind}` : `${kind} in ${namespace}`);
    }
    line.times++;
    if (this.#lines.get(key) !== line) this.#write(line);
    else if (line.cancel === undefined) this.#schedule(key, line);
  }

  #schedule(key: string, line: Line): void {
    const due = (): void => {
      if (line.times === 0) {
        this.#lines.delete(key);
        return;
      }
      this.#write(line);
      line.cancel = this.#after(NEXT_WAIT, due);
    };
    line.cancel = this.#after(FIRST_WAIT, due);
  }

  #write(line: Line): void {
    const { level, message, fields, subjects, times } = line;
    const named = [...subjects];
    this.#log[level](message, {
      ...(named.length === 0
        ? {}
        : named.length === 1
        ? { kind: named[0] }
        : { kinds: named.length > MOST_NAMED ? named.length : named.join(", ") }),
      ...fields,
      ...(times > Math.max(1, named.length) ? { times } : {}),
    });
    subjects.clear();
    line.times = 0;
  }
}

function afterTimeout(milliseconds: number, task: () => void): () => void {
  const timer = setTimeout(task, milliseconds);
  return () => clearTimeout(timer);
}
