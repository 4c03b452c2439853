/**
 * A log in which lines that say the same of many kinds, or many times, become one with a count. Such a line
 * comes a second late, with all who join it by then; those who come later share another, half a minute
 * after the last. When the API server goes away, that is one line, not one for every kind.
 */
import type { Fields, Logger } from "./log.ts";

const FIRST_WAIT = 1_000;
const NEXT_WAIT = 30_000;
/** Different lines that are kept apart at a time; what comes beyond them is written as it comes. */
const MOST_LINES = 200;
/** More kinds than these are counted, not named. */
const MOST_NAMED = 3;

type Level = "error" | "warn" | "info";

interface Line {
  readonly level: Level;
  readonly message: string;
  /** What all have in common. */
  readonly fields: Fields;
  readonly subjects: Set<string>;
  times: number;
  /** Ends the wait for others; undefined: nobody waits yet. */
  cancel?: () => void;
}

export interface FoldingLogOptions {
  /** Calls back after so many milliseconds, unless cancelled. */
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

  /** Writes what is waiting; nothing is to be logged after it. */
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
