import type { Clock } from "../model/clock.ts";
import type { AnswerStream } from "./answer_stream.ts";
import type { Watch } from "./watch.ts";

interface OpenWatch {
  readonly kind: string;
  readonly watch: Watch;
  readonly stream: AnswerStream;
}

/** The open watches of all clients. */
export class OpenWatches {
  readonly #clock: Clock;
  readonly #open = new Set<OpenWatch>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps a watch until its stream closes, and ends the stream after `timeoutSeconds`. */
  add(entry: OpenWatch, timeoutSeconds?: number): void {
    const { stream } = entry;
    const cancel = timeoutSeconds === undefined
      ? () => {}
      : this.#clock.after(timeoutSeconds * 1000, () => stream.end());
    this.#open.add(entry);
    stream.closed.then(() => {
      cancel();
      this.#open.delete(entry);
    });
  }

  /** Returns the open watches of one kind, or all. */
  streams(kind?: string): AnswerStream[] {
    return Array.from(this.#open).filter((open) => (kind ?? open.kind) === open.kind).map(({ stream }) =>
      stream
    );
  }

  /** Sends a bookmark with the current revision of the store to each watch that allows bookmarks. */
  bookmark(revision: number): void {
    for (const { watch, stream } of this.#open) {
      watch.bookmark(revision);
      stream.wake();
    }
  }
}
