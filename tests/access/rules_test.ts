import { assertEquals } from "@std/assert";
import { Rights } from "../../src/access/rights.ts";
import { ListRules, type ReviewedRule } from "../../src/access/rules.ts";
import { findKind } from "../../src/kinds/registry.ts";

const DEPLOYMENT = findKind("apps", "Deployment")!;
const RULE = { verbs: ["list"], apiGroups: ["apps"], resources: ["deployments"] };

const CASES: readonly [what: string, rule: ReviewedRule, permits: boolean][] = [
  ["the kind", RULE, true],
  ["a wildcard verb", { ...RULE, verbs: ["*"] }, true],
  ["other verbs", { ...RULE, verbs: ["get", "watch"] }, false],
  ["a wildcard group", { ...RULE, apiGroups: ["*"] }, true],
  ["another group", { ...RULE, apiGroups: [""] }, false],
  ["a wildcard resource", { ...RULE, resources: ["*"] }, true],
  ["a subresource", { ...RULE, resources: ["deployments/status"] }, false],
  ["a subresource of all", { ...RULE, resources: ["*/status"] }, false],
  ["single names", { ...RULE, resourceNames: ["web"] }, false],
  ["no single names", { ...RULE, resourceNames: [] }, true],
  ["another plural", { ...RULE, resources: ["deployment"] }, false],
  ["nothing", {}, false],
  ["what is not a list", { verbs: "list", apiGroups: 1, resources: null }, false],
];

for (const [what, rule, permits] of CASES) {
  Deno.test(`ListRules.of(), a rule with ${what} ${permits ? "permits" : "does not permit"} a list`, () => {
    assertEquals(ListRules.of([rule]).permits(DEPLOYMENT), permits);
  });
}

Deno.test("Rights, equal rights have equal keys, whatever the order of rules and namespaces", () => {
  const pods = { verbs: ["list"], apiGroups: [""], resources: ["pods", "nodes"] };
  const one = new Rights(ListRules.of([RULE]), [["a", ListRules.of([pods, RULE])], ["b", ListRules.none]]);
  const nodes = { ...pods, resources: ["nodes"] };
  const other = new Rights(ListRules.of([RULE, RULE]), [[
    "a",
    ListRules.of([nodes, { ...pods, resources: ["pods"] }]),
  ]]);
  assertEquals([one.key, one.namespaces], [other.key, ["a"]]);
});

Deno.test("Rights, rules of a namespace say nothing of cluster-scoped kinds", () => {
  const all = ListRules.of([{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }]);
  const rights = new Rights(ListRules.none, [["a", all]]);
  const node = findKind("", "Node")!;
  const namespace = findKind("", "Namespace")!;
  assertEquals([rights.extentOf(node), rights.permits(node, ""), rights.permits(namespace, "")], [
    "none",
    false,
    false,
  ]);
  assertEquals([rights.permits(DEPLOYMENT, "a"), rights.permits(DEPLOYMENT, "b")], [true, false]);
});
