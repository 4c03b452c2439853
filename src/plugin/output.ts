/** What the plugin prints: tables as kubectl prints them, JSON, YAML, and names. */
import { dump } from "js-yaml";

export interface Output {
  write(text: string): void;
  /** Whether a person reads it, so that it may have colours. */
  readonly isTerminal: boolean;
}

export type Format = "table" | "wide" | "json" | "yaml" | "name" | "dot" | "mermaid";

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

/** Prints a value as JSON or YAML. */
export function printValue(output: Output, format: "json" | "yaml", value: unknown): void {
  const text = format === "json" ? JSON.stringify(value, null, 4) : dump(value, { noRefs: true });
  output.write(`${text.trimEnd()}\n`);
}

/** Prints rows below a header. A column that is empty in every row is left out. */
export function printTable(
  output: Output,
  header: readonly string[],
  rows: readonly (readonly (string | Cell)[])[],
): void {
  const cells = rows.map((row) => row.map((cell) => typeof cell === "string" ? { text: plain(cell) } : cell));
  const shown = header.map((_, i) => cells.some((row) => (row[i]?.text ?? "") !== ""));
  const table = [header.map((text): Cell => ({ text })), ...cells].map((row) =>
    row.filter((_, i) => shown[i])
  );
  const widths = (table[0] ?? []).map((_, i) => Math.max(...table.map((row) => row[i]?.text.length ?? 0)));
  for (const row of table) {
    const line = row.map((cell, i) => {
      const padding = i === row.length - 1 ? "" : " ".repeat((widths[i] ?? 0) - cell.text.length + 3);
      return coloured(output, cell) + padding;
    });
    output.write(`${line.join("").trimEnd()}\n`);
  }
}

/** Returns the text in the colour of its status. */
export function coloured({ isTerminal }: Pick<Output, "isTerminal">, { text, status }: Cell): string {
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

/** Removes what would move the cursor or change colours: text of the cluster is only text. */
export function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- these are the characters to remove
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, " ");
}
