/**
 * The body of a list or a watch. It takes pieces from a source only as fast as the client reads, so that
 * neither an answer of 120 MB nor a slow watcher needs memory. It also carries out the faults within answers.
 */
import { concat } from "./concat.ts";
import { errorOf, type StreamFault } from "./faults.ts";

/** Consecutive bytes. */
export type Piece = readonly Uint8Array<ArrayBuffer>[];

export interface PieceSource {
  /** The beginning of the body. It is sent even before a fault. */
  readonly head?: Uint8Array<ArrayBuffer>;
  /**
   * Returns the next object; `wait` if there is none now and `wake` will be called; `end` if there are no
   * more.
   */
  next(): Piece | "wait" | "end";
  /** Tells the source that no more pieces are needed. */
  close?(): void;
}

const CHUNK = 128 * 1024;
const encoder = new TextEncoder();
const GARBAGE = encoder.encode('{"type":"MODIFIED","object":{"kind":nothing\n');
const HALF_LINE = encoder.encode('{"type":"MODIFIED","object":{"metadata":{"na');

export class AnswerStream {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Settles when the answer has ended, for any reason. */
  readonly closed: Promise<void>;
  readonly #source: PieceSource;
  readonly #translate: ((piece: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>) | undefined;
  #fault: StreamFault | undefined;
  #objects = 0;
  #wake: () => void = () => {};
  #ending = false;
  #closed = false;
  #settle: () => void = () => {};
  /** While set, nothing is written. */
  #silent = false;

  /** @param translate turns each line into another format. */
  constructor(
    source: PieceSource,
    fault?: StreamFault,
    translate?: (piece: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
  ) {
    this.#source = source;
    this.#translate = translate;
    this.#fault = fault;
    this.closed = new Promise((resolve) => this.#settle = resolve);
    this.body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        if (source.head !== undefined) controller.enqueue(source.head);
      },
      pull: (controller) => this.#pull(controller),
      cancel: () => this.close(),
    }, { highWaterMark: 0 });
  }

  /** Tells the stream that the source may have more pieces. */
  wake(): void {
    this.#wake();
  }

  /** Ends the answer normally, after the pieces that are already there. */
  end(): void {
    this.#ending = true;
    this.#wake();
  }

  suffer(fault: StreamFault): void {
    this.#silent = false;
    this.#fault = { ...fault, after: this.#objects + (fault.after ?? 0) };
    this.#wake();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    while (!this.#closed) {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      const state = this.#gather(parts);
      if (parts.length > 0) {
        controller.enqueue(parts.length === 1 ? parts[0] as Uint8Array<ArrayBuffer> : concat(parts));
      }
      if (state === "cut") {
        // The client first reads what was sent before the cut.
        if (parts.length > 0) return this.suffer({ do: "cut" });
        this.close();
        return controller.error(new Error("fault: the connection is cut"));
      }
      if (state === "end") {
        this.close();
        return controller.close();
      }
      if (parts.length > 0) return;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  #gather(parts: Uint8Array<ArrayBuffer>[]): "more" | "cut" | "end" {
    let size = 0;
    while (size < CHUNK && !this.#silent) {
      const fault = this.#fault;
      if (fault !== undefined && this.#objects >= (fault.after ?? 0)) {
        this.#fault = undefined;
        const state = this.#suffer(fault, parts);
        if (state !== "more") return state;
        continue;
      }
      const piece = this.#source.next();
      if (piece === "end") return "end";
      if (piece === "wait") return this.#ending ? "end" : "more";
      for (const part of this.#translate ? [this.#translate(concat(piece))] : piece) {
        parts.push(part);
        size += part.length;
      }
      this.#objects++;
    }
    return "more";
  }

  #suffer(fault: StreamFault, parts: Uint8Array<ArrayBuffer>[]): "more" | "cut" | "end" {
    switch (fault.do) {
      case "cut":
        return "cut";
      case "half-line":
        parts.push(this.#translated(HALF_LINE));
        return "cut";
      case "garbage":
        parts.push(this.#translated(GARBAGE));
        return "more";
      case "silence":
        this.#silent = true;
        return "more";
      case "error":
        parts.push(
          this.#translated(encoder.encode(`${JSON.stringify({ type: "ERROR", object: errorOf(fault) })}\n`)),
        );
        return "end";
    }
  }

  #translated(line: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return this.#translate?.(line) ?? line;
  }

  /** Frees everything. The client does not get the pieces that it has not read yet. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#source.close?.();
    this.#settle();
    this.#wake();
  }
}
