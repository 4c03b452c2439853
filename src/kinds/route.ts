import { type Fields, fields, list, requiredFields, text } from "./fields.ts";
import { GATEWAY_GROUP, pastGeneration } from "./gateway_status.ts";
import { becauseInDetail, conditionOf, failed, falseCondition, pending, ready } from "./health.ts";
import type { KindRule } from "./rule.ts";

const DECISIONS = ["Accepted", "ResolvedRefs"] as const;

/**
 * The part of a rule that the kinds of route share: ready when a parent has accepted it; attached to Gateways,
 * routes to Services.
 */
export const routeRule: Pick<KindRule, "health" | "references"> = {
  health: (object) => {
    const parents = list(fields(object.status).parents);
    const decisions = parents.flatMap((parent) => DECISIONS.map((type) => conditionOf(parent, type)));
    const old = pastGeneration(object, decisions);
    if (old) return old;
    for (const type of DECISIONS) {
      for (const parent of parents) {
        const refusal = falseCondition(parent, type);
        if (refusal) return failed(becauseInDetail(SENTENCES[type](nameOf(parent)), refusal));
      }
    }
    const accepted = parents.filter((parent) => text(conditionOf(parent, "Accepted")?.status) === "True");
    if (accepted.length === 0) return pending("No parent has answered yet");
    return ready(`Accepted by ${[...new Set(accepted.map(nameOf))].join(", ")}`);
  },

  references: ({ spec }, refer) => {
    const { parentRefs, rules } = requiredFields(spec);
    for (const { group, kind, namespace, name } of list(parentRefs)) {
      if ((text(group) ?? GATEWAY_GROUP) !== GATEWAY_GROUP || (text(kind) || "Gateway") !== "Gateway") {
        continue;
      }
      refer.to("attached-to", { group: GATEWAY_GROUP, kind: "Gateway", namespace, name });
    }
    for (const { backendRefs } of list(rules)) {
      for (const { group, kind, namespace, name } of list(backendRefs)) {
        if (text(group) || (text(kind) || "Service") !== "Service") continue;
        refer.to("routes-to", { kind: "Service", namespace, name });
      }
    }
  },
};

const SENTENCES = {
  Accepted: (parent: string) => `Not accepted by ${parent}`,
  ResolvedRefs: (parent: string) => `${parent} cannot resolve a reference`,
} as const;

function nameOf({ parentRef }: Fields): string {
  return text(fields(parentRef).name) ?? "a parent";
}
