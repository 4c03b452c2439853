import type { Logger } from "../log.ts";
import type { KindState, KindStatus } from "../model/kind_status.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import type { ResourceSink } from "../model/resource_sink.ts";
import type { KubeClient } from "./client.ts";
import type { Clock } from "../model/clock.ts";
import { systemClock } from "./clock.ts";
import { Reflector } from "./reflector.ts";
import { Traffic } from "./traffic.ts";

export interface InformersOptions {
  readonly kinds: readonly ResourceKind[];
  /** Namespaced kinds are listed and watched in these alone, so that a Role is enough; empty: in all. */
  readonly namespaces: readonly string[];
  readonly labelSelector?: string;
  readonly log: Logger;
  readonly clock?: Clock;
  /** A kind's state or error is another one. */
  readonly onChange?: (status: KindStatus) => void;
}

/** Of a kind's scopes the one whose state stands first here speaks for all. */
const WORST_FIRST: readonly KindState[] = ["listing", "stale", "forbidden", "absent", "synced"];

/** The reflectors of all kinds, each of which goes its own way: one that is refused holds up no other. */
export class Informers {
  readonly #traffic = new Map<ResourceKind, Traffic>();
  #reflectors: ReadonlyMap<ResourceKind, readonly Reflector[]>;

  constructor(client: KubeClient, sink: ResourceSink, options: InformersOptions) {
    const { namespaces, labelSelector, log, clock = systemClock, onChange } = options;
    this.#reflectors = new Map(options.kinds.map((kind) => {
      const traffic = new Traffic();
      this.#traffic.set(kind, traffic);
      const reflectorOptions = {
        client,
        sink,
        ...(labelSelector === undefined ? {} : { labelSelector }),
        clock,
        log,
        traffic,
        onChange: () => onChange?.(this.#statusOf(kind)),
      };
      const scopes = kind.namespaced && namespaces.length > 0
        ? [...new Set(namespaces)].map((namespace) => ({ kind, namespace }))
        : [{ kind }];
      return [kind, scopes.map((scope) => new Reflector(scope, reflectorOptions))];
    }));
  }

  /** These kinds are served from an earlier life: they are stale, not listing, until synced. */
  restored(kinds: Iterable<ResourceKind>): void {
    for (const kind of kinds) this.#reflectors.get(kind)?.forEach((reflector) => reflector.restored());
  }

  /** Runs until `signal` aborts, and settles when all is closed. Never rejects because of the API server. */
  async run(signal: AbortSignal): Promise<void> {
    const failure = new AbortController();
    const either = AbortSignal.any([signal, failure.signal]);
    const ends = [...this.#reflectors.values()].flat().map((reflector) =>
      reflector.run(either).catch((error) => failure.abort(error))
    );
    await Promise.all(ends);
    failure.signal.throwIfAborted();
  }

  /** One for each kind; what it says is true of all of its namespaces. */
  statuses(): KindStatus[] {
    return [...this.#reflectors.keys()].map((kind) => this.#statusOf(kind));
  }

  /** What has come of a kind, from all of its namespaces. */
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
      ...(isListed && state !== "synced" && state !== "stale" ? { partly: true } : {}),
      lastEvent: Math.max(0, ...reflectors.map(({ lastEvent }) => lastEvent)),
      ...(error === undefined ? {} : { error }),
    };
  }
}
