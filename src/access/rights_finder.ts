/**
 * Finds out what the bearer of a token may list, with as few questions as possible: first what holds
 * everywhere, then, for the kinds that are left, what holds in single namespaces.
 *
 * SelfSubjectRulesReview answers for all kinds of a namespace at once. Where it says that its answer is
 * incomplete, another authorizer decides as well, possibly against the rules. Then every pair of a kind and a
 * namespace is asked for with a SelfSubjectAccessReview: all kinds in all namespaces first, then at most
 * `ACCESS_REVIEWS_MAX` pairs, those that the rules speak for before the others. What was not asked for is
 * denied.
 */
import type { Logger } from "../log.ts";
import { mapConcurrently } from "../model/map_concurrently.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import { type Need, unauthenticated } from "./access.ts";
import type { Identity } from "./granted_namespaces.ts";
import type { Reviews } from "./reviews.ts";
import { Rights } from "./rights.ts";
import { ListRules } from "./rules.ts";

/**
 * A namespace that cannot exist, since names have no dots. What holds in it holds everywhere: no RoleBinding
 * can be in it.
 */
const NOWHERE = "every.namespace";
const CONCURRENCY = 10;
const ACCESS_REVIEWS_MAX = 2_000;

export interface RightsFinderOptions {
  readonly reviews: Reviews;
  /** The kinds that are followed. */
  readonly kinds: () => readonly ResourceKind[];
  /** The namespaces in which somebody may have rights of their own. */
  readonly namespaces: (identity: Identity) => readonly string[];
  readonly log: Logger;
}

/** The rights in all namespaces. */
export interface Everywhere {
  readonly rules: ListRules;
  readonly incomplete: boolean;
}

export class RightsFinder {
  readonly #options: RightsFinderOptions;

  constructor(options: RightsFinderOptions) {
    this.#options = options;
  }

  /** @throws {AccessError} if the API server does not accept the token, and what `reviews` throws. */
  async everywhere(token: string): Promise<Everywhere> {
    const { reviews, kinds } = this.#options;
    const { rules, incomplete } = accepted(await reviews.rules(token, NOWHERE));
    if (!incomplete) return { rules: ListRules.of(rules), incomplete };
    const candidates = kinds();
    const verdicts = await mapConcurrently(
      candidates,
      CONCURRENCY,
      async (kind) => accepted(await reviews.mayList(token, kind, "")),
    );
    return { rules: ListRules.ofKinds(candidates.filter((_, i) => verdicts[i])), incomplete };
  }

  /** Returns the rights that a need asks for. @throws as `everywhere` does. */
  async find(
    token: string,
    { rules, incomplete }: Everywhere,
    { need, identity }: { need: Need; identity: Identity },
  ): Promise<Rights> {
    const left = this.#options.kinds().filter((kind) => kind.namespaced && !rules.permits(kind));
    if (left.length === 0) return new Rights(rules, []);
    const namespaces = [...new Set(need ?? this.#options.namespaces(identity))].sort();
    const budget = { left: ACCESS_REVIEWS_MAX };
    const found = await mapConcurrently(namespaces, CONCURRENCY, async (namespace) => {
      const own = accepted(await this.#options.reviews.rules(token, namespace));
      if (!own.incomplete && !incomplete) return [namespace, ListRules.of(own.rules)] as const;
      const spokenFor = ListRules.of(own.rules);
      const asked = [
        ...left.filter((kind) => spokenFor.permits(kind)),
        ...left.filter((kind) => !spokenFor.permits(kind)),
      ];
      return [namespace, await this.#askFor(token, { kinds: asked, namespace, budget })] as const;
    });
    if (budget.left < 0) {
      this.#options.log.verbose(1, "Denied what would take too many access reviews", {
        denied: -budget.left,
        namespaces: namespaces.length,
      });
    }
    return new Rights(rules, found);
  }

  async #askFor(
    token: string,
    { kinds, namespace, budget }: {
      readonly kinds: readonly ResourceKind[];
      readonly namespace: string;
      readonly budget: { left: number };
    },
  ): Promise<ListRules> {
    const permitted: ResourceKind[] = [];
    for (const kind of kinds) {
      if (--budget.left < 0) continue;
      if (accepted(await this.#options.reviews.mayList(token, kind, namespace))) permitted.push(kind);
    }
    return ListRules.ofKinds(permitted);
  }
}

function accepted<T>(answer: T | undefined): T {
  if (answer !== undefined) return answer;
  throw unauthenticated("The API server does not accept the bearer token");
}
