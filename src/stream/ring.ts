/**
 * The changes of a view, in batches, from the oldest that is still held to the newest. A batch lists the
 * rows and pairs of rows that it touched, without their state. The state is read from the graph when the batch
 * is sent, so a slow client gets only the latest state.
 *
 * Batches are numbered from 0, and keep their numbers when older ones are dropped. The state after a batch is
 * valid for its revision and for all later revisions up to `until`.
 */

/** The meaning of the second word of an entry. Any other value is the row at the end of a pair. */
export const ENTERED = 0xffff_ffff;
export const CHANGED = 0xffff_fffe;
/** The first word is a position in `removed`. */
export const REMOVED = 0xffff_fffd;
/** Words of an entry: a row and one of the above, or the rows and the type of a relation. */
export const ENTRY_WORDS = 3;

const BATCH_BYTES = 96;
const REMOVED_BYTES = 96;

export interface Batch {
  readonly revision: number;
  until: number;
  readonly entries: Uint32Array;
  /** Uids of removed resources. */
  readonly removed: readonly string[];
}

export class Ring {
  #batches: Batch[] = [];
  #first = 0;
  #bytes = 0;

  /** The approximate number of bytes that the batches take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The number of the oldest batch that is held. A client must already know all earlier batches. */
  get first(): number {
    return this.#first;
  }

  /** The number of the newest batch, -1 for none. */
  get last(): number {
    return this.#first + this.#batches.length - 1;
  }

  add(batch: Batch): void {
    this.#batches.push(batch);
    this.#bytes += bytesOf(batch);
  }

  get(number: number): Batch | undefined {
    return this.#batches[number - this.#first];
  }

  /** Returns the number of the batch after which the view's state was that of the revision, or undefined. */
  find(revision: number): number | undefined {
    let [low, high] = [0, this.#batches.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#batches[middle]?.revision ?? Infinity) <= revision) low = middle + 1;
      else high = middle;
    }
    const batch = this.#batches[low - 1];
    return batch !== undefined && revision <= batch.until ? this.#first + low - 1 : undefined;
  }

  /** Drops the older half of the batches, but never the newest. */
  shrink(): void {
    const dropped = this.#batches.splice(0, Math.ceil((this.#batches.length - 1) / 2));
    this.#first += dropped.length;
    for (const batch of dropped) this.#bytes -= bytesOf(batch);
  }
}

function bytesOf({ entries, removed }: Batch): number {
  return BATCH_BYTES + entries.byteLength + removed.length * REMOVED_BYTES;
}
