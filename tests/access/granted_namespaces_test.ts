import { assertEquals } from "@std/assert";
import { GrantedNamespaces } from "../../src/access/granted_namespaces.ts";
import { Graph } from "../../src/graph/graph.ts";
import { findKind, kinds } from "../../src/kinds/registry.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import type { ResourceSink } from "../../src/model/resource_sink.ts";

const ROLE_BINDING = findKind("rbac.authorization.k8s.io", "RoleBinding")!;
const SCOPE = { kind: ROLE_BINDING };

function binding(namespace: string, name: string, subjects: readonly unknown[]) {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { namespace, name, uid: `${namespace}-${name}`, resourceVersion: "1" },
    subjects,
  };
}

function make({ isLimited = false } = {}) {
  const graph = new Graph(kinds);
  const granted = new GrantedNamespaces({ graph: graph.read, isLimited: () => isLimited });
  const nothing = () => {};
  const sink: ResourceSink = granted.tap({
    begin: nothing,
    upsert: (_, object) => graph.upsert(makeRecord(ROLE_BINDING, object as object)),
    remove: nothing,
    end: () => graph.setSynced(ROLE_BINDING, true),
    abandon: nothing,
    size: () => 0,
    stock: () => ({ tick: () => undefined, rest: () => [] }),
  });
  const of = (name: string, ...groups: string[]) => granted.of({ name, groups }).sort();
  return { sink, of, graph };
}

const ANN = { kind: "User", name: "ann" };

Deno.test("GrantedNamespaces, finds those whose bindings name the user, a group, the account or everybody", () => {
  const { sink, of } = make();
  sink.begin(SCOPE);
  sink.upsert(SCOPE, binding("a", "one", [ANN]));
  sink.upsert(SCOPE, binding("b", "one", [{ kind: "Group", name: "teams" }]));
  sink.upsert(SCOPE, binding("c", "one", [{ kind: "ServiceAccount", namespace: "ci", name: "robot" }]));
  sink.upsert(SCOPE, binding("d", "one", [{ kind: "Group", name: "system:authenticated" }, ANN]));
  sink.upsert(SCOPE, binding("e", "one", [{ kind: "Group", name: "ann" }, null, 7, {}]));
  sink.end(SCOPE);
  assertEquals(of("ann"), ["a", "d"]);
  assertEquals(of("bob", "teams", "ops"), ["b", "d"]);
  assertEquals(of("system:serviceaccount:ci:robot"), ["c", "d"]);
  assertEquals(of("robot"), ["d"]);
});

Deno.test("GrantedNamespaces, follows bindings that change and go", () => {
  const { sink, of } = make();
  sink.begin(SCOPE);
  sink.upsert(SCOPE, binding("a", "one", [ANN]));
  sink.upsert(SCOPE, binding("a", "two", [ANN]));
  sink.end(SCOPE);
  sink.remove(SCOPE, binding("a", "one", [ANN]));
  assertEquals(of("ann"), ["a"]);
  sink.upsert(SCOPE, binding("a", "two", [{ kind: "User", name: "bob" }]));
  assertEquals([of("ann"), of("bob")], [[], ["a"]]);
  sink.begin(SCOPE);
  sink.upsert(SCOPE, binding("b", "one", [ANN]));
  sink.abandon(SCOPE);
  assertEquals([of("ann"), of("bob")], [[], ["a"]]);
  sink.begin(SCOPE);
  sink.upsert(SCOPE, binding("c", "one", [ANN]));
  sink.end(SCOPE);
  assertEquals([of("ann"), of("bob")], [["c"], []]);
});

Deno.test("GrantedNamespaces, are all namespaces before the bindings are known, and where not all are followed", () => {
  for (const isLimited of [false, true]) {
    const { sink, of } = make({ isLimited });
    sink.begin(SCOPE);
    sink.upsert(SCOPE, binding("a", "one", [ANN]));
    if (isLimited) sink.end(SCOPE);
    assertEquals(of("bob"), ["a"]);
  }
});
