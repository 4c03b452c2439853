export type Unit = "ms" | "s" | "MB" | "bytes" | "times" | "requests/s" | "writes/s" | "failures";

/** A figure, as often as it was taken. */
export interface Measure {
  readonly name: string;
  readonly unit: Unit;
  readonly runs: readonly number[];
  readonly better: "less" | "more";
  /** What it has to reach. */
  readonly must?: number;
  /** What a bare Hono answer of the same size reached, in turns with the runs. */
  readonly bare?: readonly number[];
}

/** The run that the machine disturbed least. */
export function best({ better }: Pick<Measure, "better">, runs: readonly number[]): number {
  return better === "less" ? Math.min(...runs) : Math.max(...runs);
}
