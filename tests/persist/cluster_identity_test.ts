import { assertEquals } from "@std/assert";
import { Graph } from "../../src/graph/graph.ts";
import type { KindState } from "../../src/model/kind_status.ts";
import { clusterIdentity } from "../../src/persist/cluster_identity.ts";
import { CLUSTER, namespaceKind } from "../support/persisted_graph.ts";
import { record } from "../support/records.ts";

const SERVER = "https://cluster:6443";

function identity(state: KindState, names: readonly string[]): string | undefined {
  const graph = new Graph([namespaceKind]);
  for (const name of names) graph.upsert(record({ kind: namespaceKind, uid: CLUSTER, name }));
  graph.setSynced(namespaceKind, state === "synced");
  return clusterIdentity(graph.read, {
    statuses: [{ kind: namespaceKind, state, lastEvent: 0 }],
    address: SERVER,
  });
}

Deno.test("clusterIdentity(), is the uid of kube-system", () => {
  assertEquals(identity("synced", ["kube-system"]), CLUSTER);
});

Deno.test("clusterIdentity(), does not trust a Namespace that was only restored", () => {
  assertEquals(identity("stale", ["kube-system"]), undefined);
});

Deno.test("clusterIdentity(), is not known while Namespaces are being listed", () => {
  assertEquals(identity("listing", []), undefined);
});

for (const state of ["forbidden", "absent"] as const) {
  Deno.test(`clusterIdentity(), is the API server's address where Namespaces are ${state}`, () => {
    assertEquals(identity(state, []), SERVER);
  });
}

Deno.test("clusterIdentity(), is the API server's address if there is no kube-system", () => {
  assertEquals(identity("synced", ["default"]), SERVER);
});
