/**
 * Keeps the view of one scope current: a list, then its watch, for ever.
 *
 * Promises its sink: a complete list is begun, given and ended (or abandoned) before any event after
 * it; the events come in the API server's order and without a gap: after one, a new list comes. The
 * resourceVersion is opaque, and moves only after the sink has applied what it stands for.
 * Does not promise that every intermediate state is seen (a new list skips them), nor that two scopes
 * advance together.
 *
 * The streamed list (a watch that starts with all objects) is the fast way to a first list, never the
 * way to correctness: where it is refused, or fails three times, pages are listed instead.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists
 */
import type { Logger } from "../log.ts";
import type { KindState } from "../model/kind_status.ts";
import type { ResourceSink, Scope } from "../model/resource_sink.ts";
import { Backoff } from "./backoff.ts";
import type { KubeClient } from "./client.ts";
import type { Clock } from "../model/clock.ts";
import { sleep } from "./clock.ts";
import {
  ApiStatusError,
  ConnectionError,
  failsStreaming,
  isAbsent,
  isForbidden,
  needsRelist,
  refusesStreaming,
  retryAfter,
} from "./errors.ts";
import { list } from "./list.ts";
import type { Traffic } from "./traffic.ts";
import { watch, type WatchEvent } from "./watch.ts";

const LIST_SILENCE = 60_000;
/** Bookmarks come every minute, so a watch that is silent for longer than two has died unnoticed. */
const WATCH_SILENCE = 150_000;
const STALE_AFTER = 180_000;
/** Between tries of a kind that is forbidden or absent. */
const DENIED_PAUSE = 60_000;
/** A watch that lasts this long without a failure runs. */
const RUNNING_AFTER = 1_000;
const STREAMED_LIST_TRIES = 3;
const SILENT_WATCHES = 2;
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

export interface ReflectorOptions {
  readonly client: Pick<KubeClient, "fetch">;
  readonly sink: ResourceSink;
  readonly labelSelector?: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Counts what comes; reflectors of one kind share it. */
  readonly traffic: Traffic;
  /** State or error is another one. */
  readonly onChange: () => void;
}

interface ObjectMetadata {
  readonly resourceVersion?: unknown;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

export class Reflector {
  readonly scope: Scope;

  #options: ReflectorOptions;
  #backoff: Backoff;
  /** Absent: a list has to come first. */
  #resourceVersion: string | undefined;
  #brokenStreamedLists = 0;
  /** Watches since the last event that were cut because nothing came. */
  #silentWatches = 0;
  #state: KindState = "listing";
  #error: string | undefined;
  #lastEvent = 0;
  #phase: "lists" | "watches" = "lists";
  #cancelStale: (() => void) | undefined;

  constructor(scope: Scope, options: ReflectorOptions) {
    this.scope = scope;
    this.#options = options;
    this.#backoff = new Backoff(options.clock);
  }

  get state(): KindState {
    return this.#state;
  }

  /** What went wrong last, while it still does. */
  get error(): string | undefined {
    return this.#error;
  }

  /** When the API server last sent anything; 0: never. */
  get lastEvent(): number {
    return this.#lastEvent;
  }

  /** What the sink holds comes from an earlier life: it is served, though not current. */
  restored(): void {
    if (this.#state === "listing") this.#become("stale", this.#error);
  }

  /** Runs until `signal` aborts, and settles when all is closed. Rejects only for a bug of ours. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    try {
      while (!signal.aborted) {
        try {
          await this.#round(signal);
          if (this.#phase === "watches") this.#options.traffic.watches.completed++;
        } catch (error) {
          if (signal.aborted) break;
          await sleep(this.#failed(error), { clock, signal });
        }
      }
    } finally {
      this.#cancelStale?.();
    }
  }

  /** One list, one watch, or both in one stream. */
  async #round(signal: AbortSignal): Promise<void> {
    this.#phase = this.#resourceVersion === undefined ? "lists" : "watches";
    if (this.#resourceVersion !== undefined) await this.#watchOn(this.#resourceVersion, signal);
    else if (this.#brokenStreamedLists < STREAMED_LIST_TRIES) await this.#listStreamed(signal);
    else await this.#listPaged(signal);
  }

  async #watchOn(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const began = clock.now();
    let lively = false;
    let cancel = () => {};
    try {
      await this.#watch({
        resourceVersion,
        silence: () => WATCH_SILENCE,
        signal,
        onOpen: () => cancel = clock.after(RUNNING_AFTER, () => this.#running()),
        onEvent: (event) => {
          lively ||= event.type !== "BOOKMARK";
          this.#silentWatches = 0;
          this.#apply(event);
          this.#moveTo(event);
          this.#running();
        },
      });
    } finally {
      cancel();
    }
    if (!lively && clock.now() - began < RUNNING_AFTER) {
      throw new ConnectionError("the API server ends the watch as soon as it starts");
    }
  }

  async #listStreamed(signal: AbortSignal): Promise<void> {
    const { sink, clock } = this.#options;
    const began = clock.now();
    let opened = false;
    let complete = false;
    try {
      await this.#watch({
        silence: () => complete ? WATCH_SILENCE : LIST_SILENCE,
        signal,
        onOpen: () => {
          opened = true;
          sink.begin(this.scope);
        },
        onEvent: (event) => {
          this.#apply(event);
          if (!complete && !endsInitialEvents(event)) return;
          if (!complete) {
            complete = true;
            this.#brokenStreamedLists = 0;
            sink.end(this.scope);
            this.#options.traffic.lists.completed++;
            this.#phase = "watches";
          }
          this.#moveTo(event);
          this.#running();
        },
      });
      if (!complete) throw new ConnectionError("the streamed list ended before it was complete");
    } catch (error) {
      if (complete || signal.aborted) throw error;
      if (!opened && refusesStreaming(error)) this.#brokenStreamedLists = STREAMED_LIST_TRIES;
      else if (opened || failsStreaming(error) || clock.now() - began >= LIST_SILENCE) {
        this.#brokenStreamedLists++;
      }
      if (opened || !refusesStreaming(error)) throw error;
    } finally {
      if (opened && !complete) sink.abandon(this.scope);
    }
  }

  async #listPaged(signal: AbortSignal): Promise<void> {
    const { client, sink, clock, labelSelector } = this.#options;
    let begun = false;
    try {
      const resourceVersion = await list(client, {
        scope: this.scope,
        ...(labelSelector === undefined ? {} : { labelSelector }),
        silence: LIST_SILENCE,
        clock,
        signal,
        onBegin: () => {
          begun = true;
          sink.begin(this.scope);
        },
        onObject: (object) => {
          sink.upsert(this.scope, object);
          this.#lastEvent = clock.now();
        },
      });
      sink.end(this.scope);
      begun = false;
      this.#options.traffic.lists.completed++;
      this.#resourceVersion = resourceVersion;
      this.#lastEvent = clock.now();
      this.#running();
    } finally {
      if (begun) sink.abandon(this.scope);
    }
  }

  #watch(
    request: Pick<
      Parameters<typeof watch>[1],
      "resourceVersion" | "silence" | "signal" | "onOpen" | "onEvent"
    >,
  ): Promise<void> {
    const { client, clock, labelSelector, log } = this.#options;
    return watch(client, {
      scope: this.scope,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      clock,
      onBadEvent: (why) => log.warn("skipped an event", { ...this.#named(), why }),
      ...request,
    });
  }

  #apply({ type, object }: WatchEvent): void {
    const { sink, clock, log, traffic } = this.#options;
    this.#lastEvent = clock.now();
    traffic.count(type);
    if (type === "ADDED" || type === "MODIFIED") sink.upsert(this.scope, object);
    else if (type === "DELETED") sink.remove(this.scope, object);
    else if (type !== "BOOKMARK") {
      log.warn("skipped an event", { ...this.#named(), why: `its type is ${type}` });
    }
  }

  #moveTo({ object }: WatchEvent): void {
    const { resourceVersion } = metadataOf(object);
    if (typeof resourceVersion === "string" && resourceVersion !== "") {
      this.#resourceVersion = resourceVersion;
    }
  }

  /** The view is current, and the watch goes on. */
  #running(): void {
    this.#backoff.healthy();
    this.#cancelStale?.();
    this.#cancelStale = undefined;
    if (this.#error !== undefined) this.#options.log.info("recovered", this.#named());
    this.#become("synced", undefined);
  }

  /** Takes note of a failure and returns the milliseconds until the next try. */
  #failed(error: unknown): number {
    if (!(error instanceof ApiStatusError || error instanceof ConnectionError)) throw error;
    this.#options.traffic[this.#phase].failed++;
    if (error instanceof ConnectionError && error.silence >= WATCH_SILENCE) this.#silentWatches++;
    // An etcd that was put back to an earlier state accepts a resourceVersion that is yet to come, and the
    // watch says nothing until it has.
    if (needsRelist(error) || this.#silentWatches === SILENT_WATCHES) {
      this.#resourceVersion = undefined;
      this.#silentWatches = 0;
    }
    const delay = Math.max(this.#backoff.failed(), retryAfter(error));
    if (error.message !== this.#error) {
      this.#options.log.warn("cannot list or watch", { ...this.#named(), error: error.message });
    }
    const denied = isForbidden(error) ? "forbidden" : isAbsent(error) ? "absent" : undefined;
    const deniedBefore = denied === this.#state;
    this.#become(denied ?? this.#state, error.message);
    if (this.#state === "synced") {
      // A watch that fell silent was broken long before it failed.
      const since = error instanceof ConnectionError ? error.silence : 0;
      this.#cancelStale ??= this.#options.clock.after(STALE_AFTER - since, () => {
        if (this.#state === "synced") this.#become("stale", this.#error);
      });
    }
    // The first refusal may be that of an API server which has only just started.
    return deniedBefore ? Math.max(delay, DENIED_PAUSE) : delay;
  }

  #become(state: KindState, error: string | undefined): void {
    if (state === this.#state && error === this.#error) return;
    this.#state = state;
    this.#error = error;
    this.#options.onChange();
  }

  #named(): Record<string, string> {
    const { kind, namespace } = this.scope;
    return { kind: kind.kind, ...(namespace === undefined ? {} : { namespace }) };
  }
}

function endsInitialEvents({ type, object }: WatchEvent): boolean {
  return type === "BOOKMARK" && metadataOf(object).annotations?.[INITIAL_EVENTS_END] === "true";
}

function metadataOf(object: object): ObjectMetadata {
  return (object as { metadata?: ObjectMetadata | null }).metadata ?? {};
}
