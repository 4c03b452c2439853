/**
 * Compares the objects of a scope in a sink with the API server while the reflector continues. It compares
 * the uid and resourceVersion of each with a list of metadata.
 *
 * The sink keeps no history, so its state at the version of the list is lost when the list arrives. Objects
 * that differ are therefore compared again when the watch has passed that version. By then a listed object
 * must have its listed version or one after the list, or must have been removed by an event. An object that
 * was not listed must have a version after the list.
 */
import { type Clock, sleep } from "../model/clock.ts";
import type { ResourceSink, Scope, Stock } from "../model/resource_sink.ts";
import type { KubeClient } from "./client.ts";
import { list } from "./list.ts";
import { isNewer } from "./resource_version.ts";
import { identityOf } from "./witnesses.ts";

export interface VerificationOptions {
  readonly client: Pick<KubeClient, "fetch">;
  readonly sink: ResourceSink;
  readonly labelSelector?: string | undefined;
  readonly clock: Clock;
}

/** A watch passes a version with its next bookmark at the latest, which comes every minute. */
const PASSED_WITHIN_MS = 180_000;

export class Verification {
  readonly #scope: Scope;
  readonly #options: VerificationOptions;
  #stock: Stock;
  /** The listed versions of objects that differed, by uid; undefined: the object was not listed. */
  readonly #doubts = new Map<string, string | undefined>();
  readonly #removed = new Set<string>();
  /** Ends the wait for the watch. The argument is true if it has passed the version of the list. */
  readonly #passed = Promise.withResolvers<boolean>();
  #version: string | undefined;

  constructor(scope: Scope, options: VerificationOptions) {
    this.#scope = scope;
    this.#options = options;
    this.#stock = options.sink.stock(scope);
  }

  /**
   * Returns the uids of the objects that differ. Returns undefined if a new list began in the meantime, or if
   * the watch did not pass the version of the list in time. `own` returns the version that the watch has
   * reached.
   *
   * @throws {ApiStatusError} and {ConnectionError} when the list fails.
   */
  async run(own: () => string | undefined, signal: AbortSignal): Promise<string[] | undefined> {
    const { clock } = this.#options;
    this.#version = await this.#compare(signal);
    if (this.#doubts.size === 0) return [];
    const reached = own();
    if (reached !== undefined) this.reached(reached);
    const late = new AbortController();
    const patience = sleep(PASSED_WITHIN_MS, { clock, signal: AbortSignal.any([signal, late.signal]) });
    const passed = await Promise.race([this.#passed.promise, patience.then(() => false)]);
    late.abort();
    return passed ? this.#differences(this.#version) : undefined;
  }

  /** Records that the watch has reached this version. */
  reached(version: string): void {
    if (this.#version !== undefined && !isNewer(this.#version, version)) this.#passed.resolve(true);
  }

  /** Records that the watch has reported the deletion of an object. */
  removed(object: object): void {
    const uid = identityOf(object)?.uid;
    if (uid !== undefined) this.#removed.add(uid);
  }

  /** Gives up, because a new list begins and replaces the objects. */
  abandon(): void {
    this.#passed.resolve(false);
  }

  async #compare(signal: AbortSignal): Promise<string> {
    const { client, sink, labelSelector, clock } = this.#options;
    const { kind, namespace } = this.#scope;
    const version = await list(client, {
      scope: { kind: { ...kind, metadataOnly: true }, namespace },
      labelSelector,
      clock,
      signal,
      onBegin: () => {
        this.#stock = sink.stock(this.#scope);
        this.#doubts.clear();
      },
      onObject: (object) => {
        const { uid, version } = identityOf(object) ?? {};
        if (uid !== undefined && this.#stock.tick(uid) !== version) this.#doubts.set(uid, version);
      },
    });
    for (const uid of this.#stock.rest()) this.#doubts.set(uid, undefined);
    return version;
  }

  #differences(version: string): string[] {
    const differs = (uid: string, listed: string | undefined) => {
      const held = this.#stock.tick(uid);
      if (held === undefined) return listed !== undefined && !this.#removed.has(uid);
      return held !== listed && !isNewer(held, version);
    };
    return [...this.#doubts].filter(([uid, listed]) => differs(uid, listed)).map(([uid]) => uid);
  }
}
