/**
 * What somebody may list, as rules of RBAC have it: API groups and plural names of resources, `*` for all. Only
 * the verb `list` counts. A rule with resourceNames grants no list of a kind, and a subresource is not its
 * resource.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
 */
import type { ResourceKind } from "../model/resource_kind.ts";

/** A rule as SelfSubjectRulesReview answers it, of which nothing has been checked. */
export interface ReviewedRule {
  readonly verbs?: unknown;
  readonly apiGroups?: unknown;
  readonly resources?: unknown;
  readonly resourceNames?: unknown;
}

/** A set of `group/resource`, each of the two possibly `*`. Equal sets have equal texts. */
export class ListRules {
  static readonly none = new ListRules([]);

  readonly text: string;
  readonly #entries: ReadonlySet<string>;

  private constructor(entries: Iterable<string>) {
    const sorted = [...new Set(entries)].sort();
    this.#entries = new Set(sorted);
    this.text = sorted.join(",");
  }

  static of(rules: readonly ReviewedRule[]): ListRules {
    const entries: string[] = [];
    for (const { verbs, apiGroups, resources, resourceNames } of rules) {
      const lists = textsOf(verbs).some((verb) => verb === "list" || verb === "*");
      if (!lists || Array.isArray(resourceNames) && resourceNames.length > 0) continue;
      for (const group of textsOf(apiGroups)) {
        for (const resource of textsOf(resources)) {
          if (!resource.includes("/")) entries.push(`${group}/${resource}`);
        }
      }
    }
    return new ListRules(entries);
  }

  /** Returns the rules that permit just these kinds. */
  static ofKinds(kinds: readonly ResourceKind[]): ListRules {
    return new ListRules(kinds.map(({ group, plural }) => `${group}/${plural}`));
  }

  /** Returns these rules without those that others contain. */
  without(others: ListRules): ListRules {
    return new ListRules([...this.#entries].filter((entry) => !others.#entries.has(entry)));
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Whether they permit every kind that there may ever be. */
  get isEverything(): boolean {
    return this.#entries.has("*/*");
  }

  permits({ group, plural }: ResourceKind): boolean {
    const entries = this.#entries;
    return entries.has(`${group}/${plural}`) || entries.has(`${group}/*`) || entries.has("*/*") ||
      entries.has(`*/${plural}`);
  }
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((it) => typeof it === "string") : [];
}
