/**
 * What is known of the bearer of one token. The token itself is not kept: every request brings it along. Two
 * ages add up, that of the rights everywhere and that of what was made of them, to less than a minute.
 */
import type { Clock } from "../model/clock.ts";
import { AccessError, type Asker, type Need, unauthenticated } from "./access.ts";
import type { Identity } from "./granted_namespaces.ts";
import { Refreshed, type RefreshedOptions } from "./refreshed.ts";
import type { Reviews } from "./reviews.ts";
import type { Seen, SeenByRights } from "./rights.ts";
import type { Everywhere, RightsFinder } from "./rights_finder.ts";

/** The API server itself may accept a token for ten seconds after it was revoked. */
const IDENTITY_MAX_AGE_MS = 45_000;
const SEEN_MAX_AGE_MS = 50_000;
const EVERYWHERE_MAX_AGE_MS = 10_000;
const WAITING_MAX = 50;
/** A request for more namespaces than this is answered with the rights in all of them. */
const NEED_MAX = 20;
/** The sets of namespaces for which the rights of one bearer are kept. */
const NEEDS_MAX = 50;

export interface SessionOptions {
  readonly clock: Clock;
  readonly reviews: Reviews;
  readonly finder: RightsFinder;
  readonly seenByRights: SeenByRights;
  readonly mayHaveNamespace: (namespace: string) => boolean;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #identity: Refreshed<Identity>;
  readonly #everywhere: Refreshed<Everywhere>;
  readonly #readsMetrics: Refreshed<boolean>;
  /** What exists for the bearer, by the namespaces of a need. */
  readonly #seen = new Map<string, Refreshed<Seen>>();
  /** The requests that wait for the API server. */
  #waiting = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#identity = new Refreshed(this.#kept(IDENTITY_MAX_AGE_MS));
    this.#everywhere = new Refreshed(this.#kept(EVERYWHERE_MAX_AGE_MS));
    this.#readsMetrics = new Refreshed(this.#kept(SEEN_MAX_AGE_MS));
  }

  /**
   * Returns the bearer with what exists for them. Rejects with what the reviews throw.
   *
   * @throws {AccessError} if too many requests of the bearer wait for the API server.
   */
  ask(token: string, need: Need): Asker | Promise<Asker> {
    if (this.#waiting >= WAITING_MAX) {
      throw new AccessError("too-many-requests", "Too many of your requests wait for the API server");
    }
    const identity = this.#identify(token);
    const seen = this.#see(token, need);
    if (!(identity instanceof Promise) && !(seen instanceof Promise)) return { name: identity.name, ...seen };
    this.#waiting++;
    return Promise.all([identity, seen])
      .finally(() => this.#waiting--)
      .then(([{ name }, seen]) => ({ name, ...seen }));
  }

  async mayReadMetrics(token: string): Promise<boolean> {
    await this.#identify(token);
    const { reviews } = this.#options;
    return await this.#readsMetrics.get(async () => await reviews.mayGet(token, "/metrics") ?? false);
  }

  #identify(token: string): Identity | Promise<Identity> {
    return this.#identity.get(async () => {
      const found = await this.#options.reviews.identify(token);
      if (found === undefined) throw unauthenticated("The bearer token is not valid");
      return found;
    });
  }

  #see(token: string, need: Need): Seen | Promise<Seen> {
    // Nobody needs rights where there is nothing, and nobody can make us ask for them by inventing names.
    const existing = need && [...new Set(need)].filter(this.#options.mayHaveNamespace).sort();
    const names = existing && existing.length <= NEED_MAX ? existing : undefined;
    const key = names === undefined ? "" : `/${names.join("/")}`;
    let seen = this.#seen.get(key);
    if (seen === undefined) {
      if (this.#seen.size >= NEEDS_MAX) this.#seen.clear();
      this.#seen.set(key, seen = new Refreshed(this.#kept(SEEN_MAX_AGE_MS)));
    }
    const { finder, seenByRights } = this.#options;
    return seen.get(async () => {
      // Nothing is asked in the name of a bearer whom the API server does not know.
      const identity = await this.#identify(token);
      const everywhere = await this.#everywhere.getNew(() => finder.everywhere(token));
      return seenByRights.of(await finder.find(token, everywhere, { need: names, identity }));
    });
  }

  #kept(maxAge: number): RefreshedOptions {
    return { clock: this.#options.clock, maxAge, isOutage: (error) => !(error instanceof AccessError) };
  }
}
