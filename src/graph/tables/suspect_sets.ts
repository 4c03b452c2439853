/**
 * The present rows that may have a problem, in one set for each reason. `Suspects` keeps them with every
 * change, so that a search for problems visits no healthy row. A row in a set need not have a problem: that
 * also depends on time, on what the asker may see, and on the states of kinds.
 */
import { RowBits } from "../../arrays/row_bits.ts";

export const REASONS = ["failed", "waiting", "unmet", "selectless", "unused"] as const;

export class SuspectSets {
  /** The status is Error. */
  readonly failed = RowBits.of([]);
  /** The status is Pending, and not on purpose. */
  readonly waiting = RowBits.of([]);
  /** The target of a reference that is not optional is absent, and its kind is tracked. */
  readonly unmet = RowBits.of([]);
  /** A required selector selects nothing, or only finished resources. */
  readonly selectless = RowBits.of([]);
  /** The kind has `unusedWithout`, and no relation of that type comes to the row. */
  readonly unused = RowBits.of([]);

  get bytes(): number {
    return REASONS.reduce((sum, reason) => sum + this[reason].bytes, 0);
  }
}
