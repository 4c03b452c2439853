import type { Logger } from "../log.ts";
import type { KindState, KindStatus } from "../model/kind_status.ts";
import { kindKey, type ResourceKind } from "../model/resource_kind.ts";
import type { ResourceSink } from "../model/resource_sink.ts";
import type { KubeClient } from "./client.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { Outage } from "./outage.ts";
import { Past } from "./past.ts";
import { Reflector } from "./reflector.ts";
import { StartGate } from "./start_gate.ts";
import { Traffic } from "./traffic.ts";
import { Verifier } from "./verifier.ts";

export interface InformersOptions {
  /** The kinds that are followed from the start. */
  readonly kinds: readonly ResourceKind[];
  /** Namespaced kinds are listed and watched only in these, so that a Role is enough. Empty: in all. */
  readonly namespaces: readonly string[];
  readonly labelSelector?: string | undefined;
  /** Kinds that serve no others start when this settles. */
  readonly startAfter?: Promise<void> | undefined;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
  /** Milliseconds between two verifications of a kind; 0 or undefined: none. */
  readonly verifyInterval?: number | undefined;
  /** Called when the state or the error of a kind has changed. */
  readonly onChange?: ((status: KindStatus) => void) | undefined;
}

/** The states in order of precedence. Of the states of its scopes, a kind has the first in this list. */
const WORST_FIRST: readonly KindState[] = [
  "listing",
  "stale",
  "too-many",
  "forbidden",
  "absent",
  "synced",
];
/** Custom kinds that are listed at the same time. */
const CUSTOM_LISTS_MAX = 16;

interface Informer {
  readonly kind: ResourceKind;
  readonly traffic: Traffic;
  readonly reflectors: readonly Reflector[];
  readonly stop: AbortController;
  /** Settles when the reflectors have stopped. */
  ended: Promise<unknown>;
}

/**
 * Runs the reflectors of all kinds. They are independent: a refused one does not delay the others. Kinds can
 * be added and removed while they run.
 */
export class Informers {
  readonly #client: Pick<KubeClient, "fetch">;
  readonly #sink: ResourceSink;
  readonly #options: InformersOptions;
  readonly #clock: Clock;
  readonly #past: Past;
  readonly #outage: Outage;
  readonly #verifier: Verifier;
  readonly #gate = new StartGate(CUSTOM_LISTS_MAX);
  readonly #informers = new Map<string, Informer>();
  /** Informers that are stopping, by the key of their kind. */
  readonly #stopping = new Map<string, Promise<unknown>>();
  /** Set while the reflectors run. */
  #running: { readonly signal: AbortSignal; readonly fail: (error: unknown) => void } | undefined;

  constructor(client: Pick<KubeClient, "fetch">, sink: ResourceSink, options: InformersOptions) {
    const { labelSelector, log, clock = systemClock } = options;
    this.#client = client;
    this.#sink = sink;
    this.#options = options;
    this.#clock = clock;
    this.#past = new Past(client, { labelSelector, clock, log });
    this.#outage = new Outage(client, clock);
    this.#verifier = new Verifier({ interval: options.verifyInterval ?? 0, clock, log });
    for (const kind of options.kinds) this.add(kind);
  }

  /**
   * Follows a kind. If one of the same group and name is followed, the new one replaces it.
   *
   * @param objectsMax The kind is not followed as long as it has more objects.
   */
  add(kind: ResourceKind, { objectsMax }: { objectsMax?: number | undefined } = {}): void {
    this.remove(kind);
    const { namespaces, labelSelector, log } = this.#options;
    const traffic = new Traffic();
    const informer: Informer = {
      kind,
      traffic,
      reflectors: scopesOf(kind, namespaces).map((scope) =>
        new Reflector(scope, {
          client: this.#client,
          sink: this.#sink,
          labelSelector,
          clock: this.#clock,
          log,
          traffic,
          past: this.#past,
          outage: this.#outage,
          gate: kind.custom ? this.#gate : undefined,
          objectsMax,
          onChange: () => this.#changed(informer),
        })
      ),
      stop: new AbortController(),
      ended: Promise.resolve(),
    };
    this.#informers.set(kindKey(kind), informer);
    if (this.#running) this.#start(informer);
  }

  /** Stops following a kind. It has no status any longer. */
  remove(kind: ResourceKind): void {
    const key = kindKey(kind);
    const informer = this.#informers.get(key);
    if (informer === undefined) return;
    this.#informers.delete(key);
    informer.stop.abort();
    const ended = Promise.all([this.#stopping.get(key), informer.ended]);
    this.#stopping.set(key, ended);
    ended.then(() => {
      if (this.#stopping.get(key) === ended) this.#stopping.delete(key);
    });
  }

  /** Lists a kind again. It stays what it is until then. */
  relist(kind: ResourceKind): void {
    this.#informers.get(kindKey(kind))?.reflectors.forEach((reflector) => reflector.relist());
  }

  /** Marks kinds that were restored from Redis: they are stale, not listing, until they are synced. */
  restored(kinds: Iterable<ResourceKind>): void {
    for (const kind of kinds) {
      this.#informers.get(kindKey(kind))?.reflectors.forEach((reflector) => reflector.restored());
    }
  }

  /**
   * Runs until `signal` aborts, and settles when everything is closed. Never rejects because of the API
   * server.
   */
  async run(signal: AbortSignal): Promise<void> {
    const failure = new AbortController();
    const either = AbortSignal.any([signal, failure.signal]);
    const fail = (error: unknown) => failure.abort(error);
    this.#running = { signal: either, fail };
    for (const informer of this.#informers.values()) this.#start(informer);
    await this.#outage.run(either).catch(fail);
    this.#running = undefined;
    await Promise.all([...this.#informers.values()].map(({ ended }) => ended));
    await Promise.all(this.#stopping.values());
    failure.signal.throwIfAborted();
  }

  /** Returns one status for each kind, which holds for all of its namespaces. */
  statuses(): KindStatus[] {
    return Array.from(this.#informers.values(), statusOf);
  }

  /**
   * Returns the time of the last verification that found all of a kind equal, in milliseconds since 1970. 0:
   * never.
   */
  verifiedAt(kind: ResourceKind): number {
    const reflectors = this.#informers.get(kindKey(kind))?.reflectors ?? [];
    return Math.min(...reflectors.map((one) => this.#verifier.verifiedAt(one)));
  }

  /** Returns the counters of a kind, over all of its namespaces. */
  trafficOf(kind: ResourceKind): Traffic {
    return this.#informers.get(kindKey(kind))?.traffic ?? new Traffic();
  }

  #start(informer: Informer): void {
    const { signal, fail } = this.#running!;
    const either = AbortSignal.any([signal, informer.stop.signal]);
    const { kind, reflectors, traffic } = informer;
    const run = async () => {
      if (!kind.serves) await this.#options.startAfter;
      // The last events of the same kind must not follow the new list.
      await this.#stopping.get(kindKey(kind));
      await Promise.all(reflectors.flatMap((reflector) => [
        reflector.run(either),
        this.#verifier.follow(reflector, traffic, either),
      ]));
    };
    informer.ended = run().catch(fail);
  }

  #changed(informer: Informer): void {
    const isCurrent = this.#informers.get(kindKey(informer.kind)) === informer;
    if (isCurrent) this.#options.onChange?.(statusOf(informer));
  }
}

function scopesOf(kind: ResourceKind, namespaces: readonly string[]) {
  if (!kind.namespaced || namespaces.length === 0) return [{ kind }];
  return [...new Set(namespaces)].map((namespace) => ({ kind, namespace }));
}

function statusOf({ kind, reflectors }: Informer): KindStatus {
  const state = WORST_FIRST.find((state) => reflectors.some((one) => one.state === state)) ?? "listing";
  const failing = reflectors.filter(({ error }) => error !== undefined);
  const error = (failing.find((one) => one.state === state) ?? failing[0])?.error;
  const isListed = reflectors.some((one) => one.state === "synced" || one.state === "stale");
  const counted = reflectors.flatMap(({ objects }) => objects ?? []);
  return {
    kind,
    state,
    partly: isListed && state !== "synced" && state !== "stale",
    restored: reflectors.some(({ isRestored }) => isRestored),
    lastEvent: Math.max(0, ...reflectors.map(({ lastEvent }) => lastEvent)),
    objects: counted.length === 0 ? undefined : counted.reduce((sum, count) => sum + count, 0),
    error,
  };
}
