/**
 * One client of the change stream: a response body whose chunks are made when the client takes them, so that
 * a slow client holds one chunk and a few numbers. Each chunk is one message, as an event of an event stream
 * or as a line of JSON.
 *
 * Messages of one batch but the last say that they are partial. After the last one, the client's picture is
 * the graph's at the message's revision.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Clock } from "../model/clock.ts";
import type { View } from "../stream/view.ts";
import { ViewCursor } from "../stream/view_cursor.ts";
import { DeltaWriter } from "./delta_writer.ts";

const SILENCE_MS = 15_000;
const LIFETIME_MIN_MS = 30 * 60_000;
const LIFETIME_MAX_MS = 60 * 60_000;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 5_000;

export interface WatchClientOptions {
  /** The whole graph, for its revision. */
  readonly graph: GraphReader;
  readonly clock: Clock;
  /** Undefined for a client that asks only for revisions. */
  readonly view: View | undefined;
  /** The revision that the client knows, if it is one of this process. */
  readonly revision: number | undefined;
  readonly labels: boolean;
  /** Bytes at which a message is full. */
  readonly messageBytesMax: number;
  /** Clients write their messages into the same buffer, one after the other. */
  readonly buffer: ArrayBuffer;
  readonly format: "events" | "lines";
  /** Names of the kinds that are stale. */
  readonly staleKinds: () => readonly string[];
  /** Called when the client waits and has not got all. */
  readonly onBacklog: () => void;
  /** Called once, when the body has ended or the client has gone. */
  readonly onEnd: () => void;
}

const encoder = new TextEncoder();

export class WatchClient {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #options: WatchClientOptions;
  #view: View | undefined;
  #cursor: ViewCursor | undefined;
  readonly #endsAt: number;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  /** Resolves the `pull` that waits for a chunk. */
  #resolve: (() => void) | undefined;
  #isOpen = true;
  #isInBatch = false;
  #hasSent = false;
  #sentAt: number;
  /** The last state that the client received. */
  #revision: number | undefined;
  #stale = "";

  constructor(options: WatchClientOptions) {
    this.#options = options;
    const { view, clock, revision } = options;
    this.#view = view;
    this.#cursor = view && new ViewCursor(view, revision);
    this.#revision = view ? undefined : revision;
    this.#sentAt = clock.now();
    this.#endsAt = clock.now() + between(LIFETIME_MIN_MS, LIFETIME_MAX_MS, clock);
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#resolve = resolve;
        this.onTick();
        return promise;
      },
      cancel: () => this.#end(),
    }, { highWaterMark: 0 });
  }

  /** Begins with a snapshot of another view. The client forgets everything first. */
  show(view: View): void {
    this.#view = view;
    this.#cursor = new ViewCursor(view, undefined);
    this.onTick();
  }

  /** Sends the next message if the client waits for it. */
  onTick(): void {
    if (!this.#resolve || !this.#isOpen) return;
    if (!this.#isInBatch && this.#options.clock.now() >= this.#endsAt) {
      this.close();
      return;
    }
    const chunk = this.#message() ?? this.#sign();
    if (chunk === undefined) return;
    this.#sentAt = this.#options.clock.now();
    this.#hasSent = true;
    this.#controller.enqueue(chunk);
    this.#resolve();
    this.#resolve = undefined;
  }

  /** Ends the stream; a browser comes again after a time that differs from client to client. */
  close(): void {
    if (!this.#isOpen) return;
    const { clock, format } = this.#options;
    if (format === "events") {
      const retry = Math.round(between(RETRY_MIN_MS, RETRY_MAX_MS, clock));
      this.#controller.enqueue(encoder.encode(`retry: ${retry}\n\n`));
    }
    this.#controller.close();
    this.#resolve?.();
    this.#end();
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#options.onEnd();
  }

  /** Returns the next message, if there are changes. */
  #message(): Uint8Array<ArrayBuffer> | undefined {
    const { graph, labels, messageBytesMax: bytesMax, buffer, format, onBacklog } = this.#options;
    const [view, cursor] = [this.#view, this.#cursor];
    if (view === undefined || cursor === undefined) {
      return graph.revision === this.#revision ? undefined : this.#rv({});
    }
    if (!view.isFresh) {
      if (!cursor.isAtEnd) onBacklog();
      return undefined;
    }
    if (cursor.isAtEnd && !this.#isInBatch) return undefined;
    const writer = new DeltaWriter(view.graph, {
      labels,
      bytesMax,
      buffer,
      head: format === "events" ? "data: " : "",
    });
    cursor.read(writer);
    const partial = !cursor.isAtEnd;
    // Entries may have nothing left to say.
    if (writer.count === 0 && !partial && !this.#isInBatch) return undefined;
    this.#isInBatch = partial;
    if (!partial) this.#revision = view.revision;
    return writer.finish({ partial, tail: this.#tail(partial) });
  }

  /** A sign of life, where the client has heard nothing for a while or ever. */
  #sign(): Uint8Array<ArrayBuffer> | undefined {
    const { graph, format, staleKinds, clock } = this.#options;
    const view = this.#view;
    const comment = encoder.encode(format === "events" ? ":\n\n" : "\n");
    if (!this.#hasSent) return comment;
    if (clock.now() < this.#sentAt + SILENCE_MS || this.#isInBatch) return undefined;
    const isCurrent = view === undefined || view.isFresh && this.#cursor?.isAtEnd === true;
    const stale = staleKinds();
    const text = stale.join();
    if (!isCurrent || graph.revision === this.#revision && text === this.#stale) return comment;
    this.#stale = text;
    return this.#rv({ stale });
  }

  #rv(more: { readonly stale?: readonly string[] }): Uint8Array<ArrayBuffer> {
    const { graph, format } = this.#options;
    this.#revision = graph.revision;
    const message = JSON.stringify({ rv: graph.rv, deltas: [], ...more });
    return encoder.encode(`${format === "events" ? "data: " : ""}${message}${this.#tail(false)}`);
  }

  #tail(partial: boolean): string {
    if (this.#options.format === "lines") return "\n";
    return partial ? "\n\n" : `\nid: ${this.#options.graph.rv}\n\n`;
  }
}

function between(min: number, max: number, clock: Clock): number {
  return min + clock.random() * (max - min);
}
