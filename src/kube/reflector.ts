/**
 * Keeps the view of one scope current: a list, then its watch, forever.
 *
 * Guarantees its sink: a complete list begins, is given and ends (or is abandoned) before any event after
 * it; the events come in the API server's order and without a gap: after one, a new list comes. The
 * resourceVersion moves only after the sink has applied what it stands for. A watch resumes there only
 * after the past has been proven (`past.ts`), unless the watch before lasted as long as it had asked for.
 * Does not guarantee that every intermediate state is seen (a new list skips them), nor that two scopes
 * advance together.
 *
 * The streamed list (a watch that starts with all objects) is the fast way to a first list, never the
 * way to correctness: where it is refused, or fails three times, pages are listed instead.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists
 *
 * States and what leads from one to another:
 *
 *   listing ──list complete──▶ synced ──broken for three minutes, or not to be trusted──▶ stale
 *   any     ──403 or 404─────▶ forbidden, absent          all of them ──list complete, or watch runs──▶ synced
 */
import type { Logger } from "../log.ts";
import { type Clock, sleep } from "../model/clock.ts";
import type { KindState } from "../model/kind_status.ts";
import type { ResourceSink, Scope } from "../model/resource_sink.ts";
import { Backoff } from "./backoff.ts";
import type { KubeClient } from "./client.ts";
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
import { fetchPage, list, LIST_IDLE_TIMEOUT_MS } from "./list.ts";
import type { Outage } from "./outage.ts";
import type { Follower, Past } from "./past.ts";
import { isNewer } from "./resource_version.ts";
import type { Traffic } from "./traffic.ts";
import { Verification } from "./verification.ts";
import { watch, type WatchEvent } from "./watch.ts";
import { Witnesses } from "./witnesses.ts";

/** Bookmarks come every minute, so a watch that is silent for longer than two has died unnoticed. */
const WATCH_IDLE_TIMEOUT_MS = 150_000;
const STALE_AFTER_MS = 180_000;
/** Between tries of a kind that may not be listed, and of one that the API server does not serve. */
const FORBIDDEN_PAUSE_MS = 60_000;
const ABSENT_PAUSE_MS = 20_000;
/** A watch that lasts this long without a failure runs. */
const RUNNING_AFTER_MS = 1_000;
const STREAMED_LIST_TRIES = 3;
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";
const UNPROVEN = "nothing proves that the API server's past is the one that was followed";

export interface ReflectorOptions {
  readonly client: Pick<KubeClient, "fetch">;
  readonly sink: ResourceSink;
  readonly labelSelector?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Counts what comes; reflectors of one kind share it. */
  readonly traffic: Traffic;
  /** Shared by all reflectors of an API server, as is `outage`. */
  readonly past: Past;
  readonly outage: Outage;
  /** Called when the state or the error has changed. */
  readonly onChange: () => void;
}

interface ObjectMetadata {
  readonly resourceVersion?: unknown;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

export class Reflector implements Follower {
  readonly scope: Scope;
  readonly witnesses: Witnesses;

  #options: ReflectorOptions;
  #backoff: Backoff;
  /** Undefined: a list has to come first. */
  #resourceVersion: string | undefined;
  /** The last complete list: its version, and how many objects it had. */
  #listed = { version: "", count: 0 };
  /** The connection broke since the past was proven. */
  #doubtful = false;
  #interruption = new AbortController();
  #brokenStreamedLists = 0;
  /** How often the version was given up since a watch last ran. */
  #relists = 0;
  #state: KindState = "listing";
  #error: string | undefined;
  #hasSynced = false;
  #lastEvent = 0;
  #phase: "lists" | "watches" = "lists";
  #cancelStale: (() => void) | undefined;
  #verification: Verification | undefined;

  constructor(scope: Scope, options: ReflectorOptions) {
    this.scope = scope;
    this.witnesses = new Witnesses(scope);
    this.#options = options;
    this.#backoff = new Backoff(options.clock);
  }

  get state(): KindState {
    return this.#state;
  }

  /** The last failure, while it lasts. */
  get error(): string | undefined {
    return this.#error;
  }

  /** When the API server last sent anything, in milliseconds since 1970; 0: never. */
  get lastEvent(): number {
    return this.#lastEvent;
  }

  /** Whether the sink still holds what an earlier process saved, since nothing was listed since. */
  get isRestored(): boolean {
    return this.#state === "stale" && !this.#hasSynced;
  }

  /** The sink holds what an earlier process saved: it is served, though not current. */
  restored(): void {
    if (this.#state === "listing") this.#become("stale", this.#error);
  }

  /** Ends what is under way and lists again. Until the list is complete, a scope that was synced is stale. */
  distrust(why: string): void {
    this.#forget(why);
    this.#interruption.abort();
  }

  /**
   * Compares what the sink holds with the API server. Returns the uids of the objects that differ, or
   * undefined where that cannot be said now.
   *
   * @throws {ApiStatusError} and {ConnectionError} when the API server does not give the list.
   */
  async verify(signal: AbortSignal): Promise<readonly string[] | undefined> {
    if (this.#state !== "synced" || this.#error !== undefined) return undefined;
    this.#verification = new Verification(this.scope, this.#options);
    try {
      return await this.#verification.run(() => this.#resourceVersion, signal);
    } finally {
      this.#verification = undefined;
    }
  }

  /** Runs until `signal` aborts, and settles when all is closed. Rejects only for a bug of ours. */
  async run(signal: AbortSignal): Promise<void> {
    const { past } = this.#options;
    past.join(this);
    try {
      while (!signal.aborted) {
        this.#interruption = new AbortController();
        const round = AbortSignal.any([signal, this.#interruption.signal]);
        try {
          await this.#round(round);
          if (this.#phase === "watches") this.#options.traffic.watches.completed++;
        } catch (error) {
          if (!round.aborted) await this.#pause(error, round);
        }
      }
    } finally {
      past.leave(this);
      this.#cancelStale?.();
    }
  }

  /** One list, one watch, or both in one stream. */
  async #round(signal: AbortSignal): Promise<void> {
    const from = await this.#resumeFrom(signal);
    signal.throwIfAborted();
    if (from !== undefined) {
      await this.#watchFrom(from, signal);
      return;
    }
    this.#phase = "lists";
    this.#verification?.abandon();
    if (this.#brokenStreamedLists < STREAMED_LIST_TRIES) await this.#listStreamed(signal);
    else await this.#listPaged(signal);
  }

  // Resuming

  /** Returns the version from which a watch misses nothing, or undefined where a list has to come first. */
  async #resumeFrom(signal: AbortSignal): Promise<string | undefined> {
    const own = this.#resourceVersion;
    if (own === undefined || !this.#doubtful) return own;
    this.#phase = "watches";
    const proven = await this.#options.past.prove(signal);
    if (signal.aborted) return undefined;
    if (proven !== undefined && await this.#lacksNothing(proven, signal)) {
      return isNewer(own, proven) ? proven : own;
    }
    this.#forget(UNPROVEN);
    if (this.#relists++ > 0) throw new ConnectionError(UNPROVEN);
    return undefined;
  }

  #forget(why: string): void {
    this.#resourceVersion = undefined;
    this.witnesses.clear();
    if (this.#state === "synced") this.#become("stale", why);
  }

  /**
   * Reports whether no object that the sink lacks may be back in the API server: deletions after the proven
   * version are not proven, neither those that came as events nor those that the last list had seen. The
   * latter would show in the number of objects, as nothing has changed in the scope since.
   */
  async #lacksNothing(proven: string, signal: AbortSignal): Promise<boolean> {
    const { deletedAt } = this.witnesses;
    if (deletedAt !== undefined && isNewer(deletedAt, proven)) return false;
    if (!isNewer(this.#listed.version, proven)) return true;
    const { client, labelSelector, clock } = this.#options;
    const { kind, namespace } = this.scope;
    const scope = { kind: { ...kind, metadataOnly: true }, namespace };
    const page = await fetchPage(client, { scope, labelSelector, clock, signal }, { limit: "1" });
    return page.remaining !== undefined && page.items.length + page.remaining === this.#listed.count;
  }

  // Requests

  async #watchFrom(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    this.#phase = "watches";
    const began = clock.now();
    let lively = false;
    let cancel = () => {};
    const ended = await this.#watch({
      resourceVersion,
      idleTimeout: () => WATCH_IDLE_TIMEOUT_MS,
      signal,
      onOpen: () => {
        this.#resourceVersion = resourceVersion;
        this.#doubtful = false;
        cancel = clock.after(RUNNING_AFTER_MS, () => this.#runs());
      },
      onEvent: (event) => {
        lively ||= event.type !== "BOOKMARK";
        this.#apply(event);
        this.#moveTo(event);
        this.#current();
      },
    }).finally(() => cancel());
    if (!ended) this.#broke();
    if (!lively && clock.now() - began < RUNNING_AFTER_MS) {
      throw new ConnectionError("the API server ends the watch as soon as it starts");
    }
  }

  async #listStreamed(signal: AbortSignal): Promise<void> {
    const { sink, clock } = this.#options;
    const began = clock.now();
    let opened = false;
    let complete = false;
    let count = 0;
    let cancel = () => {};
    try {
      const ended = await this.#watch({
        idleTimeout: () => complete ? WATCH_IDLE_TIMEOUT_MS : LIST_IDLE_TIMEOUT_MS,
        signal,
        onOpen: () => {
          opened = true;
          sink.begin(this.scope);
        },
        onEvent: (event) => {
          this.#apply(event);
          if (!complete && !endsInitialEvents(event)) {
            count++;
            return;
          }
          this.#moveTo(event);
          if (complete) this.#current();
          else {
            complete = true;
            this.#brokenStreamedLists = 0;
            this.#complete(count);
            this.#phase = "watches";
            cancel = clock.after(RUNNING_AFTER_MS, () => this.#runs());
          }
        },
      });
      if (!complete) throw new ConnectionError("the streamed list ended before it was complete");
      if (!ended) this.#broke();
    } catch (error) {
      if (complete || signal.aborted) throw error;
      if (!opened && refusesStreaming(error)) this.#brokenStreamedLists = STREAMED_LIST_TRIES;
      else if (opened || failsStreaming(error) || clock.now() - began >= LIST_IDLE_TIMEOUT_MS) {
        this.#brokenStreamedLists++;
      }
      if (opened || !refusesStreaming(error)) throw error;
    } finally {
      cancel();
      if (opened && !complete) sink.abandon(this.scope);
    }
  }

  async #listPaged(signal: AbortSignal): Promise<void> {
    const { client, sink, clock, labelSelector } = this.#options;
    let begun = false;
    let count = 0;
    try {
      this.#resourceVersion = await list(client, {
        scope: this.scope,
        labelSelector,
        clock,
        signal,
        onBegin: () => {
          begun = true;
          count = 0;
          sink.begin(this.scope);
        },
        onObject: (object) => {
          count++;
          this.#lastEvent = clock.now();
          sink.upsert(this.scope, object);
          this.witnesses.add(object, { gone: false });
        },
      });
      begun = false;
      this.#lastEvent = clock.now();
      this.#complete(count);
    } finally {
      if (begun) sink.abandon(this.scope);
    }
  }

  #watch(
    request: Pick<
      Parameters<typeof watch>[1],
      "resourceVersion" | "idleTimeout" | "signal" | "onOpen" | "onEvent"
    >,
  ): Promise<boolean> {
    const { client, clock, labelSelector, log } = this.#options;
    return watch(client, {
      scope: this.scope,
      labelSelector,
      clock,
      onBadEvent: (why) => log.warn("Skipped a malformed event", { ...this.#named(), why }),
      ...request,
    });
  }

  // What comes

  #apply({ type, object }: WatchEvent): void {
    const { sink, clock, log, traffic } = this.#options;
    this.#lastEvent = clock.now();
    traffic.count(type);
    if (type === "ADDED" || type === "MODIFIED") {
      sink.upsert(this.scope, object);
      this.witnesses.add(object, { gone: false });
    } else if (type === "DELETED") {
      sink.remove(this.scope, object);
      this.witnesses.add(object, { gone: true });
      this.#verification?.removed(object);
    } else if (type !== "BOOKMARK") {
      log.warn("Skipped a malformed event", { ...this.#named(), why: `its type is ${type}` });
    }
  }

  #moveTo({ object }: WatchEvent): void {
    const { resourceVersion } = metadataOf(object);
    if (typeof resourceVersion !== "string" || resourceVersion === "") return;
    this.#resourceVersion = resourceVersion;
    this.#verification?.reached(resourceVersion);
  }

  /** A list of so many objects is complete. */
  #complete(count: number): void {
    const { sink, traffic } = this.#options;
    sink.end(this.scope);
    traffic.lists.completed++;
    this.witnesses.listed();
    this.#listed = { version: this.#resourceVersion ?? "", count };
    this.#doubtful = false;
    this.#current();
  }

  // State

  /** The view is current, and the watch goes on. */
  #current(): void {
    this.#cancelStale?.();
    this.#cancelStale = undefined;
    if (this.#error !== undefined) this.#options.log.info("Recovered", this.#named());
    this.#become("synced", undefined);
  }

  /** The watch has been open for a while: whatever failed before has passed. */
  #runs(): void {
    this.#backoff.reset();
    this.#relists = 0;
    this.#current();
  }

  /** The connection did not last. */
  #broke(): void {
    this.#doubtful = true;
    this.#options.past.doubt();
  }

  /** Takes note of a failure and waits before the next try. */
  async #pause(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, outage } = this.#options;
    const before = this.#state;
    this.#failed(error);
    if (needsRelist(error)) {
      this.#resourceVersion = undefined;
      // The first list comes at once. Where versions keep expiring, the API server is left alone for a while.
      if (this.#relists++ === 0) return;
    }
    const delay = Math.max(this.#backoff.failed(), retryAfter(error));
    // The first refusal may be that of an API server which has only just started.
    if (isAbsent(error) && before === "absent") {
      await sleep(Math.max(delay, ABSENT_PAUSE_MS), { clock, signal });
    } else if (isForbidden(error) && before === "forbidden") {
      await sleep(Math.max(delay, FORBIDDEN_PAUSE_MS), { clock, signal });
    } else if (retryAfter(error) > 0) await sleep(delay, { clock, signal });
    else {
      outage.suspect(error);
      if (await outage.sleep(delay, signal)) this.#backoff.reset();
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof ApiStatusError || error instanceof ConnectionError)) throw error;
    this.#options.traffic[this.#phase].failed++;
    this.#broke();
    if (error.message !== this.#error) {
      this.#options.log.warn("Cannot list or watch", { ...this.#named(), error: error.message });
    }
    const denied = isForbidden(error) ? "forbidden" : isAbsent(error) ? "absent" : undefined;
    this.#become(denied ?? this.#state, error.message);
    if (this.#state === "synced") {
      // A watch that fell silent was broken long before it failed.
      const since = error instanceof ConnectionError ? error.silence : 0;
      this.#cancelStale ??= this.#options.clock.after(STALE_AFTER_MS - since, () => {
        if (this.#state === "synced") this.#become("stale", this.#error);
      });
    }
  }

  #become(state: KindState, error: string | undefined): void {
    if (state === this.#state && error === this.#error) return;
    if (state === "synced") this.#hasSynced = true;
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
