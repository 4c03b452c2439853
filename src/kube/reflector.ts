/**
 * Keeps the view of one scope current: a list, then its watch, forever.
 *
 * Guarantees: a complete list begins, is delivered and ends (or is abandoned) before any event that follows
 * it; events arrive in the API server's order and without a gap; a gap leads to a new list. The
 * resourceVersion moves only after the sink has applied the object. A watch resumes there only after
 * `past.ts` has proven that the API server has the history that was followed. A watch that follows one which
 * lasted for the requested time needs no proof.
 * Does not guarantee that every intermediate state is seen (a new list skips some), or that two scopes
 * advance together.
 *
 * The streamed list (a watch that starts with all objects) makes the first list fast. It is not needed for
 * correctness: if it is refused, or fails three times, the reflector lists pages instead.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists
 *
 * The file is longer than others because both kinds of list, the watch and the handling of failures change
 * the same state.
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
  FormatError,
  isAbsent,
  isForbidden,
  needsRelist,
  refusesStreaming,
  retryAfter,
  TooManyObjects,
} from "./errors.ts";
import { Freshness } from "./freshness.ts";
import { list, LIST_IDLE_TIMEOUT_MS } from "./list.ts";
import type { Outage } from "./outage.ts";
import type { Follower, Past } from "./past.ts";
import { logFieldsOf } from "./request.ts";
import { SizeLimit } from "./size_limit.ts";
import type { StartGate } from "./start_gate.ts";
import type { Traffic } from "./traffic.ts";
import { Verification } from "./verification.ts";
import { endsInitialEvents, versionOf, watch, type WatchEvent } from "./watch.ts";
import { Witnesses } from "./witnesses.ts";

/** Bookmarks arrive every minute. A watch that is silent for more than two minutes counts as broken. */
const WATCH_IDLE_TIMEOUT_MS = 150_000;
/** The pauses between attempts for a kind that is forbidden, and for one that the API server does not serve. */
const FORBIDDEN_PAUSE_MS = 60_000;
const ABSENT_PAUSE_MS = 20_000;
/** The pause for a custom kind that is forbidden or has too many objects. */
const CUSTOM_PAUSE_MS = 600_000;
/** The time after which a watch without a failure counts as running. */
const RUNNING_AFTER_MS = 1_000;
const STREAMED_LIST_TRIES = 3;
/** The number of streams in protobuf that may be malformed before the scope is read as JSON. */
const PROTOBUF_TRIES = 3;
const UNPROVEN = "nothing proves that the API server's past is the one that was followed";

export interface ReflectorOptions {
  readonly client: Pick<KubeClient, "fetch">;
  readonly sink: ResourceSink;
  readonly labelSelector?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** The counters of the kind, which its reflectors share. */
  readonly traffic: Traffic;
  /** Shared by all reflectors of an API server, as is `outage`. */
  readonly past: Past;
  readonly outage: Outage;
  /** Limits the lists that run at the same time. */
  readonly gate?: StartGate | undefined;
  /** The scope is not followed as long as it has more objects. */
  readonly objectsMax?: number | undefined;
  /** Called when the state or the error has changed. */
  readonly onChange: () => void;
}

export class Reflector implements Follower {
  readonly scope: Scope;
  readonly witnesses: Witnesses;

  #options: ReflectorOptions;
  #backoff: Backoff;
  /** The version to watch from. Undefined: a list must come first. */
  #resourceVersion: string | undefined;
  /** Whether the connection has broken since the API server's history was last proven. */
  #doubtful = false;
  #interruption = new AbortController();
  #brokenStreamedLists = 0;
  /** Streams in protobuf that could not be decoded. */
  #brokenFormats = 0;
  /** The number of times that the resourceVersion was dropped since a watch last ran. */
  #relists = 0;
  readonly #freshness: Freshness;
  readonly #size: SizeLimit;
  #phase: "lists" | "watches" = "lists";
  #leaveGate = () => {};
  #verification: Verification | undefined;

  constructor(scope: Scope, options: ReflectorOptions) {
    this.scope = scope;
    this.witnesses = new Witnesses(scope);
    this.#options = options;
    this.#backoff = new Backoff(options.clock);
    this.#freshness = new Freshness(options);
    this.#size = new SizeLimit(scope, {
      ...options,
      onRefused: () => {
        this.#resourceVersion = undefined;
        this.witnesses.clear();
      },
    });
  }

  get state(): KindState {
    return this.#freshness.state;
  }

  /** The last failure. Undefined after a success. */
  get error(): string | undefined {
    return this.#freshness.error;
  }

  /** The number of objects of a scope that is not followed because it has too many. */
  get objects(): number | undefined {
    return this.state === "too-many" ? this.#size.objects : undefined;
  }

  /** The time of the last byte from the API server, in milliseconds since 1970. 0: never. */
  get lastEvent(): number {
    return this.#freshness.lastEvent;
  }

  /**
   * Whether the sink still holds the objects that an earlier process saved, because no list is complete yet.
   */
  get isRestored(): boolean {
    return this.#freshness.isRestored;
  }

  /** Records that the sink holds the objects that an earlier process saved. They are served as stale. */
  restored(): void {
    this.#freshness.restored();
  }

  /** Stops the list or watch and lists again. A synced scope is stale until the list is complete. */
  distrust(why: string): void {
    this.#forget(why);
    this.#interruption.abort();
  }

  /** Stops the list or watch and lists again. Meanwhile the view counts as what it is. */
  relist(): void {
    this.#resourceVersion = undefined;
    this.#interruption.abort();
  }

  /**
   * Compares the objects that the sink holds with the API server. Returns the uids of those that differ, or
   * undefined if this attempt has no result.
   *
   * @throws {ApiStatusError} and {ConnectionError} if the list fails.
   */
  async verify(signal: AbortSignal): Promise<readonly string[] | undefined> {
    if (this.state !== "synced" || this.error !== undefined) return undefined;
    this.#verification = new Verification(this.scope, this.#options);
    try {
      return await this.#verification.run(() => this.#resourceVersion, signal);
    } finally {
      this.#verification = undefined;
    }
  }

  /** Runs until `signal` aborts, and settles when everything is closed. Rejects only because of a bug. */
  async run(signal: AbortSignal): Promise<void> {
    const { past } = this.#options;
    past.join(this);
    try {
      while (!signal.aborted) {
        this.#interruption = new AbortController();
        const round = AbortSignal.any([signal, this.#interruption.signal]);
        try {
          await this.#round(round, signal);
          if (this.#phase === "watches") this.#options.traffic.watches.completed++;
        } catch (error) {
          if (!round.aborted) await this.#pause(error, round);
        }
      }
    } finally {
      past.leave(this);
      this.#freshness.close();
    }
  }

  /** Runs one list, one watch, or both in one stream. */
  async #round(signal: AbortSignal, lifetime: AbortSignal): Promise<void> {
    const from = await this.#resumeFrom(signal, lifetime);
    signal.throwIfAborted();
    if (from !== undefined) {
      await this.#watchFrom(from, signal);
      return;
    }
    this.#phase = "lists";
    this.#verification?.abandon();
    this.#leaveGate = await this.#options.gate?.enter(signal) ?? this.#leaveGate;
    try {
      await this.#size.checkAgain(signal);
      if (this.#brokenStreamedLists < STREAMED_LIST_TRIES) await this.#listStreamed(signal);
      else await this.#listPaged(signal);
    } finally {
      this.#leaveGate();
    }
  }

  // Resuming

  /**
   * Returns the version from which a watch misses nothing, or undefined if a list must come first. Other
   * reflectors share the proof, so it continues when this round ends.
   */
  async #resumeFrom(signal: AbortSignal, lifetime: AbortSignal): Promise<string | undefined> {
    const own = this.#resourceVersion;
    if (own === undefined || !this.#doubtful) return own;
    if (this.scope.kind.aggregated) {
      // An aggregated API has a past of its own, of which nothing is known.
      this.#resourceVersion = undefined;
      return undefined;
    }
    this.#phase = "watches";
    const from = await this.#options.past.resumeFrom(own, { witnesses: this.witnesses, signal: lifetime });
    if (signal.aborted || from !== undefined) return from;
    this.#forget(UNPROVEN);
    if (this.#relists++ > 0) throw new ConnectionError(UNPROVEN);
    return undefined;
  }

  #forget(why: string): void {
    this.#resourceVersion = undefined;
    this.witnesses.clear();
    this.#freshness.distrusted(why);
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
        this.#size.checkAt(event);
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
            this.#size.check(++count, { exact: false });
            return;
          }
          this.#moveTo(event);
          if (complete) {
            this.#current();
            this.#size.checkAt(event);
          } else {
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
          this.#size.check(++count, { exact: false });
          this.#freshness.heard();
          sink.upsert(this.scope, object);
          this.witnesses.add(object, { gone: false });
        },
      });
      begun = false;
      this.#freshness.heard();
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
      asJson: this.#brokenFormats >= PROTOBUF_TRIES,
      clock,
      onBadEvent: (why) => log.warn("Skipped a malformed event", { ...logFieldsOf(this.scope), why }),
      ...request,
    });
  }

  // Events

  #apply({ type, object }: WatchEvent): void {
    const { sink, log, traffic } = this.#options;
    this.#freshness.heard();
    traffic.count(type);
    if (type === "ADDED" || type === "MODIFIED") {
      sink.upsert(this.scope, object);
      this.witnesses.add(object, { gone: false });
    } else if (type === "DELETED") {
      sink.remove(this.scope, object);
      this.witnesses.add(object, { gone: true });
      this.#verification?.removed(object);
    } else if (type !== "BOOKMARK") {
      log.warn("Skipped a malformed event", { ...logFieldsOf(this.scope), why: `its type is ${type}` });
    }
  }

  #moveTo(event: WatchEvent): void {
    const resourceVersion = versionOf(event);
    if (resourceVersion === undefined) return;
    this.#resourceVersion = resourceVersion;
    this.#verification?.reached(resourceVersion);
  }

  /** Ends a complete list with the given number of objects. */
  #complete(count: number): void {
    const { sink, traffic } = this.#options;
    sink.end(this.scope);
    this.#leaveGate();
    traffic.lists.completed++;
    this.witnesses.listed(this.#resourceVersion ?? "", count);
    this.#doubtful = false;
    this.#current();
  }

  // State

  /** Records that the view is current. */
  #current(): void {
    if (this.error !== undefined) this.#options.log.info("Recovered", logFieldsOf(this.scope));
    this.#freshness.current();
  }

  /** Records that the watch has been open for some time: earlier failures no longer count. */
  #runs(): void {
    this.#backoff.reset();
    this.#relists = 0;
    this.#current();
  }

  /** Records that the connection did not last. */
  #broke(): void {
    this.#doubtful = true;
    this.#options.past.doubt();
  }

  /** Records a failure and waits before the next try. */
  async #pause(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, outage } = this.#options;
    const before = this.state;
    this.#failed(error);
    if (needsRelist(error)) {
      this.#resourceVersion = undefined;
      // The first new list begins immediately. If versions keep expiring, wait, to spare the API server.
      if (this.#relists++ === 0) return;
    }
    // One attempt counts the objects. Later ones are rare.
    if (error instanceof TooManyObjects && before !== "too-many") return;
    const delay = Math.max(this.#backoff.failed(), retryAfter(error));
    const isCustom = this.scope.kind.custom;
    if (error instanceof TooManyObjects || isCustom && isForbidden(error) && before === "forbidden") {
      await sleep(CUSTOM_PAUSE_MS, { clock, signal });
      return;
    }
    // The first refusal may come from an API server that has just started.
    if (isAbsent(error) && before === "absent" && !isCustom) {
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
    const isKnown = error instanceof ApiStatusError || error instanceof ConnectionError ||
      error instanceof TooManyObjects;
    if (!isKnown) throw error;
    this.#options.traffic[this.#phase].failed++;
    if (error instanceof FormatError) this.#brokenFormats++;
    this.#broke();
    if (error.message !== this.error) this.#log(error);
    this.#freshness.failed(error);
  }

  #log(error: Error): void {
    const { log } = this.#options;
    const named = logFieldsOf(this.scope);
    // By default every custom kind is forbidden. Equal lines are folded into one.
    if (this.scope.kind.custom && isForbidden(error)) log.info("May not list a custom kind", named);
    else log.warn("Cannot list or watch", { ...named, error: error.message });
  }
}
