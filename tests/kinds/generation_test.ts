/** Every kind whose status names a generation: one that is behind comes before any condition. */
import { assert, assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { kinds } from "../../src/kinds/registry.ts";
import { fixture, fixtureStates } from "./kind_cases.ts";

/** Statuses that hold whatever the generation. */
const FINAL = [
  "Pod succeeded",
  "Pod failed",
  "Pod evicted",
  "PodDisruptionBudget sync_failed",
];
const SEEN = new Set<string>();

for (const rule of kinds) {
  Deno.test(`${rule.kind}, is Pending in every state while its status is behind its generation`, async () => {
    for (const state of await fixtureStates(rule.kind)) {
      const object = await fixture(rule.kind, state);
      const names = rule.kind === "Pod" || object.status?.observedGeneration !== undefined;
      if (state === "malformed" || !names || FINAL.includes(`${rule.kind} ${state}`)) continue;
      object.metadata.generation = 7;
      object.status = { ...object.status, observedGeneration: 6 };
      const { status, message } = makeRecord(rule, object);
      const deleted = object.metadata.deletionTimestamp !== undefined;
      const said = deleted ? "Terminating" : "Generation 6 of 7 is observed";
      if (object.status.phase && !["Pending", "Running"].includes(object.status.phase)) continue;
      assertEquals([state, status, message], [state, "Pending", said]);
      SEEN.add(rule.kind);
    }
  });
}

Deno.test("Kinds, those whose status names a generation were seen", () => {
  const expected = ["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "PodDisruptionBudget"];
  assert(expected.every((kind) => SEEN.has(kind)), [...SEEN].join());
});
