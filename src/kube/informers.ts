import type { Logger } from "../log.ts";
import type { KindState, KindStatus } from "../model/kind_status.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import type { ResourceSink } from "../model/resource_sink.ts";
import type { KubeClient } from "./client.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { Outage } from "./outage.ts";
import { Past } from "./past.ts";
import { Reflector } from "./reflector.ts";
import { Traffic } from "./traffic.ts";
import { Verifier } from "./verifier.ts";

export interface InformersOptions {
  readonly kinds: readonly ResourceKind[];
  /** Namespaced kinds are listed and watched only in these, so that a Role is enough. Empty: in all. */
  readonly namespaces: readonly string[];
  readonly labelSelector?: string | undefined;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
  /** Milliseconds between two verifications of a kind; 0 or undefined: none. */
  readonly verifyInterval?: number | undefined;
  /** Called when the state or the error of a kind has changed. */
  readonly onChange?: ((status: KindStatus) => void) | undefined;
}

/** The states in order of precedence. Of the states of its scopes, a kind has the first in this list. */
const WORST_FIRST: readonly KindState[] = ["listing", "stale", "forbidden", "absent", "synced"];

/** Runs the reflectors of all kinds. They are independent: a refused one does not delay the others. */
export class Informers {
  readonly #traffic = new Map<ResourceKind, Traffic>();
  readonly #outage: Outage;
  readonly #verifier: Verifier;
  #reflectors: ReadonlyMap<ResourceKind, readonly Reflector[]>;

  constructor(client: Pick<KubeClient, "fetch">, sink: ResourceSink, options: InformersOptions) {
    const { namespaces, labelSelector, log, clock = systemClock, onChange } = options;
    const past = new Past(client, { labelSelector, clock, log });
    const outage = this.#outage = new Outage(client, clock);
    const all = new Map<Reflector, Traffic>();
    this.#reflectors = new Map(options.kinds.map((kind) => {
      const traffic = new Traffic();
      this.#traffic.set(kind, traffic);
      const reflectorOptions = {
        client,
        sink,
        labelSelector,
        clock,
        log,
        traffic,
        past,
        outage,
        onChange: () => onChange?.(this.#statusOf(kind)),
      };
      const scopes = kind.namespaced && namespaces.length > 0
        ? [...new Set(namespaces)].map((namespace) => ({ kind, namespace }))
        : [{ kind }];
      const reflectors = scopes.map((scope) => new Reflector(scope, reflectorOptions));
      for (const reflector of reflectors) all.set(reflector, traffic);
      return [kind, reflectors];
    }));
    this.#verifier = new Verifier(all, { interval: options.verifyInterval ?? 0, clock, log });
  }

  /** Marks kinds that were restored from Redis: they are stale, not listing, until they are synced. */
  restored(kinds: Iterable<ResourceKind>): void {
    for (const kind of kinds) this.#reflectors.get(kind)?.forEach((reflector) => reflector.restored());
  }

  /**
   * Runs until `signal` aborts, and settles when everything is closed. Never rejects because of the API
   * server.
   */
  async run(signal: AbortSignal): Promise<void> {
    const failure = new AbortController();
    const either = AbortSignal.any([signal, failure.signal]);
    const loops = [this.#outage, this.#verifier, ...[...this.#reflectors.values()].flat()];
    await Promise.all(loops.map((loop) => loop.run(either).catch((error) => failure.abort(error))));
    failure.signal.throwIfAborted();
  }

  /** Returns one status for each kind, which holds for all of its namespaces. */
  statuses(): KindStatus[] {
    return [...this.#reflectors.keys()].map((kind) => this.#statusOf(kind));
  }

  /**
   * Returns the time of the last verification that found all of a kind equal, in milliseconds since 1970. 0:
   * never.
   */
  verifiedAt(kind: ResourceKind): number {
    return Math.min(...(this.#reflectors.get(kind) ?? []).map((one) => this.#verifier.verifiedAt(one)));
  }

  /** Returns the counters of a kind, over all of its namespaces. */
  trafficOf(kind: ResourceKind): Traffic {
    return this.#traffic.get(kind) ?? new Traffic();
  }

  #statusOf(kind: ResourceKind): KindStatus {
    const reflectors = this.#reflectors.get(kind) ?? [];
    const state = WORST_FIRST.find((state) => reflectors.some((one) => one.state === state)) ?? "listing";
    const failing = reflectors.filter(({ error }) => error !== undefined);
    const error = (failing.find((one) => one.state === state) ?? failing[0])?.error;
    const isListed = reflectors.some((one) => one.state === "synced" || one.state === "stale");
    return {
      kind,
      state,
      partly: isListed && state !== "synced" && state !== "stale",
      restored: reflectors.some(({ isRestored }) => isRestored),
      lastEvent: Math.max(0, ...reflectors.map(({ lastEvent }) => lastEvent)),
      error,
    };
  }
}
