import { kindKey } from "../../model/resource_kind.ts";
import type { KindRule } from "../rule.ts";
import { addConfiguredReferences } from "./configured_references.ts";
import type { ConfiguredKind, FindConfigured } from "./configured_kind.ts";
import { configuredHealth } from "./configured_health.ts";

/**
 * Returns a rule with what the configuration adds to it. A kind with configured references is read as JSON,
 * because `wire` has only the fields that the rule itself reads.
 */
export function withConfigured(rule: KindRule, find: FindConfigured): KindRule {
  const configured = find(rule.group, rule.kind);
  if (configured === undefined) return rule;
  const { references, status, annotations, isNamed } = configured;
  const { wire, ...rest } = rule;
  return {
    ...rest,
    ...references.length === 0 && wire && { wire },
    ...annotations.size > 0 && { annotations },
    ...isNamed && { isNamed },

    health: status ? (object) => configuredHealth(status, object) : rule.health,
    references(object, refer) {
      rule.references?.(object, refer);
      addConfiguredReferences(references, object, refer);
    },
  };
}

/** Returns a function that finds an entry among these, and else by another function. */
export function findAmong(kinds: readonly ConfiguredKind[], otherwise?: FindConfigured): FindConfigured {
  const known = new Map(kinds.map((it) => [kindKey(it), it]));
  return (group, kind) => known.get(kindKey({ group, kind })) ?? otherwise?.(group, kind);
}
