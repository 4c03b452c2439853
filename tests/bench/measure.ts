export type Unit = "ms" | "s" | "MB" | "bytes" | "times" | "requests/s" | "writes/s" | "failures";

/** A figure with the values of all its runs. */
export interface Measure {
  readonly name: string;
  readonly unit: Unit;
  readonly runs: readonly number[];
  readonly better: "less" | "more";
  /** The target. */
  readonly must?: number;
  /** The values of a prepared Hono answer of the same size, measured alternately with the runs. */
  readonly bare?: readonly number[];
}

/** Returns the value of the run that was disturbed least. */
export function best({ better }: Pick<Measure, "better">, runs: readonly number[]): number {
  return better === "less" ? Math.min(...runs) : Math.max(...runs);
}
