/**
 * Growable typed arrays. A table is a set of columns that share row numbers (u32) from one `Slots`; `NONE`
 * means "no row". Columns grow by a quarter, so that a million rows waste little memory. Elements
 * that were never written take no resident memory.
 */
export const NONE = 0xffffffff;

type Numbers =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/**
 * One column, with `width` elements for each row. `data` is replaced when it grows, so do not keep it across
 * a `reserve`.
 */
export class Column<T extends Numbers> {
  data: T;
  readonly #view: (buffer: ArrayBuffer) => T;
  readonly #elementBytes: number;
  readonly #width: number;

  constructor(view: (buffer: ArrayBuffer) => T, width: number) {
    this.#view = view;
    this.#width = width;
    this.data = view(new ArrayBuffer(0));
    this.#elementBytes = this.data.BYTES_PER_ELEMENT;
  }

  /** Makes room for this many rows. New elements are 0. */
  reserve(rows: number): void {
    if (rows * this.#width <= this.data.length) return;
    const length = Math.ceil(Math.max(rows * 1.25, 64)) * this.#width;
    this.data = this.#view(moved(this.data, length * this.#elementBytes));
  }

  /** Frees the memory immediately. The column must not be used after that. */
  free(): void {
    moved(this.data, 0);
  }
}

export function u8(): Column<Uint8Array<ArrayBuffer>> {
  return new Column((buffer) => new Uint8Array(buffer), 1);
}

export function u16(): Column<Uint16Array<ArrayBuffer>> {
  return new Column((buffer) => new Uint16Array(buffer), 1);
}

export function u32(width = 1): Column<Uint32Array<ArrayBuffer>> {
  return new Column((buffer) => new Uint32Array(buffer), width);
}

export function f64(): Column<Float64Array<ArrayBuffer>> {
  return new Column((buffer) => new Float64Array(buffer), 1);
}

/**
 * Returns the same numbers in a larger buffer. Frees the old buffer immediately. Otherwise the old buffers of
 * a first sync would take more memory than the graph until the next garbage collection.
 */
export function moved({ buffer }: Numbers, bytes: number): ArrayBuffer {
  return buffer.transfer(bytes);
}

/** Assigns row numbers, freed ones first, and keeps the columns of a table long enough. */
export class Slots {
  readonly #columns: readonly Column<Numbers>[];
  readonly #free = u32();
  #freed = 0;
  #end = 0;

  constructor(columns: readonly Column<Numbers>[]) {
    this.#columns = columns;
  }

  /** One past the highest row ever assigned. */
  get end(): number {
    return this.#end;
  }

  get used(): number {
    return this.#end - this.#freed;
  }

  take(): number {
    if (this.#freed > 0) return this.#free.data[--this.#freed]!;
    const row = this.#end++;
    for (const column of this.#columns) column.reserve(this.#end);
    return row;
  }

  give(row: number): void {
    this.#free.reserve(this.#freed + 1);
    this.#free.data[this.#freed++] = row;
  }

  /** Returns the internals. Only validation may read them. */
  inspect() {
    return { end: this.#end, free: this.#free.data.slice(0, this.#freed) };
  }

  /** Number of bytes allocated for the columns. */
  get bytes(): number {
    let sum = this.#free.data.byteLength;
    for (const column of this.#columns) sum += column.data.byteLength;
    return sum;
  }
}
