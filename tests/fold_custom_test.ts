import { assertEquals } from "@std/assert";
import { foldCustom, type FollowedKind } from "../src/fold_custom.ts";

function kind(name: string, given: Partial<FollowedKind>): FollowedKind {
  return {
    kind: name,
    custom: false,
    nodes: 1,
    state: "synced",
    lastEvent: 0,
    lists: { completed: 1, failed: 0 },
    watches: { completed: 0, failed: 1 },
    events: { added: 2 },
    differences: 0,
    verifiedAt: 0,
    ...given,
  };
}

Deno.test("foldCustom(), adds up the custom kinds", () => {
  const [pod, custom, ...others] = foldCustom([
    kind("Widget", { custom: true, nodes: 3, lastEvent: 7_000, verifiedAt: 9_000 }),
    kind("Pod", { nodes: 5 }),
    kind("Gadget", { custom: true, nodes: 4, lastEvent: 5_000, state: "forbidden", differences: 2 }),
    kind("Gizmo", { custom: true, nodes: 0 }),
  ]);
  assertEquals(others, []);
  assertEquals([pod?.kind, pod?.nodes, pod?.states], ["Pod", 5, { synced: 1 }]);
  assertEquals(custom, {
    kind: "custom",
    nodes: 7,
    states: { synced: 2, forbidden: 1 },
    lastEvent: 5_000,
    lists: { completed: 3, failed: 0 },
    watches: { completed: 0, failed: 3 },
    events: { added: 6 },
    differences: 2,
    verifiedAt: 9_000,
  });
});

Deno.test("foldCustom(), has no line for custom kinds where there are none", () => {
  assertEquals(foldCustom([kind("Pod", {})]).map((it) => it.kind), ["Pod"]);
});
