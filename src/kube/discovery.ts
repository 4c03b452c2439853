/**
 * Finds the custom kinds that the API server serves, and keeps finding them until the signal aborts.
 *
 * It looks at `/apis` at the start, soon after each change of a CustomResourceDefinition or an APIService, and
 * every few minutes. A definition that is not served yet is looked for again, less and less often.
 *
 * It reports the preferred version of each kind that can be listed and watched. A kind is gone when neither a
 * definition nor an APIService is left of it. Where these are not known, it is gone when it has been missing for
 * ten seconds: an API server that has just started, or one of several that lags behind, may not name all kinds.
 */
import type { Logger } from "../log.ts";
import { type Clock, sleep } from "../model/clock.ts";
import { type CustomKind, kindKey, type ResourceKind, type Serving } from "../model/resource_kind.ts";
import type { ResourceSink } from "../model/resource_sink.ts";
import type { KubeClient } from "./client.ts";
import { type DiscoveryDocument, readDiscovery, type ServedResource } from "./discovery_document.ts";
import { ApiStatusError, ConnectionError } from "./errors.ts";
import { fetchText } from "./fetch_text.ts";
import { ServingObjects } from "./serving_objects.ts";

export interface DiscoveryOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with all custom kinds whenever they have been looked up. */
  readonly onKinds: (kinds: readonly CustomKind[]) => void;
}

const POLL_MS = 300_000;
/** A kind without a definition is gone when it has been missing for so long. */
const GONE_AFTER_MS = 10_000;
/** The maximum time that other kinds wait for the first look. */
const FIRST_MS = 5_000;
/** The maximum time that the first look waits for the definitions. */
const DEFINITIONS_MS = 2_000;
/** Changes within this time share one look. */
const SETTLE_MS = 50;
/** The first pause before another look, if something is missing or failed. Each further one is twice as long. */
const RETRY_MS = 200;
const RETRY_MAX_MS = 60_000;
const IDLE_TIMEOUT_MS = 30_000;

/**
 * The groups that Kubernetes itself serves. They tell custom kinds apart where the definitions cannot be read.
 * https://kubernetes.io/docs/reference/kubernetes-api/
 */
const OWN_GROUPS = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

export class Discovery {
  readonly #client: Pick<KubeClient, "fetch">;
  readonly #options: DiscoveryOptions;
  readonly #serving = new ServingObjects(() => this.#nudge());
  readonly #first = Promise.withResolvers<void>();
  /** The kinds that were reported, by key. */
  #known: ReadonlyMap<string, CustomKind> = new Map();
  /** The time since when looks have missed a kind, by key, in milliseconds since 1970. */
  #missing: ReadonlyMap<string, number> = new Map();
  readonly #unsettled = new Set<Serving["what"]>(["kinds", "versions"]);
  readonly #settled = Promise.withResolvers<void>();
  #change = Promise.withResolvers<void>();
  #error: string | undefined;

  constructor(client: Pick<KubeClient, "fetch">, options: DiscoveryOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** Settles after the first look, even if it failed, or after five seconds. */
  get first(): Promise<void> {
    return this.#first.promise;
  }

  /** Records that the objects of a kind that `serves` others are listed, or cannot be. */
  settled(kind: ResourceKind): void {
    if (kind.serves) this.#unsettled.delete(kind.serves.what);
    if (this.#unsettled.size === 0) this.#settled.resolve();
  }

  /** Takes kinds for served until the API server has had the time to tell otherwise. */
  expect(kinds: readonly CustomKind[]): void {
    this.#known = new Map(kinds.map((kind) => [kindKey(kind), kind]));
  }

  /** Returns a sink that passes everything on, and shows this object the objects that make kinds served. */
  tap(sink: ResourceSink): ResourceSink {
    return this.#serving.tap(sink);
  }

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const cancel = clock.after(FIRST_MS, () => this.#first.resolve());
    let document: Promise<DiscoveryDocument> | undefined = this.#read(signal);
    document.catch(() => {});
    // With the definitions, the first look can tell all kinds.
    await this.#settles(this.#settled.promise, DEFINITIONS_MS, signal);
    let pause = RETRY_MS;
    while (!signal.aborted) {
      this.#change = Promise.withResolvers();
      const isComplete = await this.#look(document ?? this.#read(signal), signal);
      document = undefined;
      cancel();
      this.#first.resolve();
      const hasChanged = await this.#settles(this.#change.promise, isComplete ? POLL_MS : pause, signal);
      // A change begins again with short pauses.
      pause = hasChanged ? RETRY_MS : Math.min(2 * pause, RETRY_MAX_MS);
      if (hasChanged) await sleep(SETTLE_MS, { clock, signal });
    }
    cancel();
    this.#first.resolve();
  }

  /** Waits until a promise settles, at most this long. Returns whether it has settled. */
  async #settles(promise: Promise<void>, milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const settled = new AbortController();
    promise.then(() => settled.abort());
    await sleep(milliseconds, {
      clock: this.#options.clock,
      signal: AbortSignal.any([signal, settled.signal]),
    });
    return settled.signal.aborted;
  }

  #nudge(): void {
    this.#change.resolve();
  }

  async #read(signal: AbortSignal): Promise<DiscoveryDocument> {
    const document = await readDiscovery((path, accept) => this.#fetch(path, accept, signal));
    if (document === undefined) throw new ConnectionError("the API server does not list its groups");
    return document;
  }

  /** Takes over a document, and reports the kinds. Returns whether nothing is missing. */
  async #look(document: Promise<DiscoveryDocument>, signal: AbortSignal): Promise<boolean> {
    const { log, onKinds } = this.#options;
    try {
      const isComplete = this.#take(await document);
      this.#error = undefined;
      onKinds([...this.#known.values()]);
      return isComplete;
    } catch (error) {
      if (signal.aborted) return false;
      if (!(error instanceof ApiStatusError || error instanceof ConnectionError)) throw error;
      if (error.message !== this.#error) log.warn("Cannot discover custom kinds", { error: error.message });
      this.#error = error.message;
      return false;
    }
  }

  /** Takes over what a document says. Returns whether nothing is missing. */
  #take({ resources, incomplete }: DiscoveryDocument): boolean {
    const found = new Map<string, CustomKind>();
    for (const resource of resources) {
      const key = kindKey(resource);
      // The first version is the preferred one.
      if (resource.isWatchable && this.#isCustom(resource) && !found.has(key)) {
        const { isWatchable: _, ...kind } = resource;
        found.set(key, { ...kind, aggregated: this.#isAggregated(resource) });
      }
    }
    const now = this.#options.clock.now();
    const missing = new Map<string, number>();
    for (const [key, kind] of this.#known) {
      if (found.has(key)) continue;
      const isDefined = this.#serving.isDefined(kind);
      const since = this.#missing.get(key) ?? now;
      const isAggregated = this.#serving.isAggregated(kind) ?? kind.aggregated;
      const isGone = isDefined === false && !isAggregated ||
        !isDefined && !incomplete.has(kind.group) && now - since >= GONE_AFTER_MS;
      if (isGone) continue;
      found.set(key, kind);
      if (!isDefined) missing.set(key, since);
    }
    this.#known = found;
    this.#missing = missing;
    const plurals = new Set(resources.map(({ plural, group }) => `${plural}.${group}`));
    return missing.size === 0 && incomplete.size === 0 && this.#serving.areServed(plurals);
  }

  #isCustom(resource: ServedResource): boolean {
    const isDefined = this.#serving.isDefined(resource);
    const isAggregated = this.#serving.isAggregated(resource);
    if (isDefined || isAggregated) return true;
    const isKnown = isDefined === false && isAggregated === false;
    return !isKnown && resource.group.includes(".") && !OWN_GROUPS.has(resource.group);
  }

  /** Takes a kind for one of another server if that cannot be told: it is then listed again more often. */
  #isAggregated(resource: ServedResource): boolean {
    return this.#serving.isAggregated(resource) ?? this.#serving.isDefined(resource) !== true;
  }

  async #fetch(path: string, accept: string, signal: AbortSignal): Promise<unknown> {
    const { clock } = this.#options;
    const { response, text } = await fetchText(this.#client, path, {
      accept,
      idleTimeout: IDLE_TIMEOUT_MS,
      clock,
      signal,
    });
    if (response.ok) return parse(text);
    // One group may fail while its server is down.
    if (path !== "/apis") return undefined;
    throw ApiStatusError.from(response, { text, now: clock.now() });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConnectionError("its answer is not JSON", { cause });
  }
}
