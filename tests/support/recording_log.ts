import type { Logger } from "../../src/log.ts";

/** Records the log, one line for each event. */
export class RecordingLog implements Logger {
  readonly lines: string[] = [];

  error = (message: string, fields?: object): void => this.#add("error", message, fields);
  warn = (message: string, fields?: object): void => this.#add("warn", message, fields);
  info = (message: string, fields?: object): void => this.#add("info", message, fields);
  verbose = (_level: number, message: string, fields?: object): void => this.#add("verbose", message, fields);

  #add(level: string, message: string, fields: object = {}): void {
    this.lines.push(`${level}: ${message} ${JSON.stringify(fields)}`);
  }
}
