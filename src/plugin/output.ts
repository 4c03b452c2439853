/** What the plugin prints: tables as kubectl prints them, JSON, YAML, and names. */
import { dump } from "js-yaml";

export interface Output {
  write(text: string): void;
  /** Whether a person reads it, so that it may have colours. */
  readonly isTerminal: boolean;
}

export const FORMATS = ["wide", "json", "yaml", "name", "dot", "mermaid"] as const;

/** What -o names. Without it, a table is printed. */
export type Format = typeof FORMATS[number];

export interface Cell {
  readonly text: string;
  /** A status decides the colour. */
  readonly status?: string;
}

const COLOURS: Readonly<Record<string, string>> = {
  Ready: "32",
  Pending: "33",
  Error: "31",
  Unknown: "35",
  error: "31",
  warning: "33",
  broken: "31",
  removed: "31",
  degraded: "33",
};

/** An answer in all forms in which it can be printed. */
export interface Printed {
  /** For programs. */
  readonly value: unknown;
  /** For -o name. Without them, it prints the table. */
  readonly names?: readonly string[];
  /** Prints what a person reads. */
  readonly table: (isWide: boolean) => void;
}

/** Prints an answer in the format that the flags name. */
export function print(output: Output, format: Format | undefined, { value, names, table }: Printed): void {
  if (format === "json" || format === "yaml") printValue(output, format, value);
  else if (format === "name" && names !== undefined) names.forEach((name) => printLine(output, name));
  else table(format === "wide");
}

export function printValue(output: Output, format: "json" | "yaml", value: unknown): void {
  const text = format === "json" ? JSON.stringify(value, null, 4) : dump(value, { noRefs: true });
  output.write(`${text.trimEnd()}\n`);
}

/** Prints a line. All that a person reads passes here, so that text of the cluster is only text. */
export function printLine(output: Output, ...cells: readonly (string | Cell)[]): void {
  output.write(`${cells.map((cell) => coloured(output, cellOf(cell))).join("").trimEnd()}\n`);
}

/** Prints rows below a header. A column that is empty in every row is left out. */
export function printTable(
  output: Output,
  header: readonly string[],
  rows: readonly (readonly (string | Cell)[])[],
): void {
  const cells = rows.map((row) => row.map(cellOf));
  const shown = header.map((_, i) => cells.some((row) => (row[i]?.text ?? "") !== ""));
  const table = [header.map(cellOf), ...cells].map((row) => row.filter((_, i) => shown[i]));
  const widths = (table[0] ?? []).map((_, i) => Math.max(...table.map((row) => row[i]?.text.length ?? 0)));
  for (const row of table) {
    printLine(output, ...row.flatMap((cell, i) => [cell, " ".repeat(widths[i]! - cell.text.length + 3)]));
  }
}

/** Returns a cell without characters that would move the cursor or change colours. */
function cellOf(cell: string | Cell): Cell {
  return typeof cell === "string" ? { text: plain(cell) } : { ...cell, text: plain(cell.text) };
}

function coloured({ isTerminal }: Output, { text, status }: Cell): string {
  const colour = isTerminal && status !== undefined ? COLOURS[status] : undefined;
  return colour === undefined ? text : `\x1b[${colour}m${text}\x1b[0m`;
}

export function statusCell(status: string): Cell {
  return { text: status, status };
}

/** Returns the age of a time as kubectl prints it. */
export function age(time: string | null, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time ?? "")) / 1000));
  if (Number.isNaN(seconds)) return "";
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** Replaces the characters that control a terminal or the direction of text. */
export function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- these are the characters to remove
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, " ");
}
