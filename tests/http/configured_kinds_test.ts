/** Answers about relations that the configuration declares. */
import { assertEquals } from "@std/assert";
import { readConfiguration } from "../../src/kinds/custom/configuration.ts";
import { findAmong, withConfigured } from "../../src/kinds/custom/configured_rule.ts";
import { customKind } from "../support/custom_kind.ts";
import { Api } from "./api.ts";
import { type KubeObject, object } from "./objects.ts";

const find = findAmong(
  readConfiguration(
    `
kinds:
  - apiVersion: example.com/v1
    kind: Widget
    references:
      - { type: drives, to: { apiVersion: example.com/v1, kind: Gadget, name: spec.gadget } }
      - { type: reads, to: { kind: ConfigMap, name: spec.settings }, optional: true }
      - { type: picks, to: { kind: Service, selector: spec.selector } }
  - apiVersion: example.com/v1
    kind: Gadget
    references:
      - { type: drives, to: { apiVersion: example.com/v1, kind: Widget, name: spec.widget } }
`,
    { isNamed: true },
  ),
);
const customKinds = ["Widget", "Gadget"].map((kind) => withConfigured(customKind(kind), find));

function custom(kind: string, name: string, spec: object, metadata: object = {}): KubeObject {
  return {
    apiVersion: "example.com/v1",
    kind,
    metadata: { name, namespace: "n", uid: `${kind}-${name}`, resourceVersion: "1", ...metadata },
    spec,
  };
}

const release = {
  annotations: { "meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "n" },
};

/** Returns the names of the nodes and the edges of a graph. */
async function graph(api: Api, query: string) {
  const { nodes, edges } = await api.get(`/api/v1/graph?${query}`);
  return {
    nodes: nodes.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`).sort(),
    edges: edges.map((it: { type: string; from: string; to: string }) => `${it.from} ${it.type} ${it.to}`)
      .sort(),
  };
}

Deno.test("Configured kinds, a circle of references ends every walk", async () => {
  const api = new Api([
    custom("Widget", "a", { gadget: "a" }, release),
    custom("Gadget", "a", { widget: "a" }),
    custom("Widget", "self", { gadget: "none" }),
  ], { customKinds });
  assertEquals(await graph(api, "release=shop"), {
    nodes: ["Gadget a", "Widget a"],
    edges: ["Gadget-a drives Widget-a", "Widget-a drives Gadget-a"],
  });
  const { nodes } = await api.get("/api/v1/resources/Widget-a/impact");
  assertEquals(nodes.map(({ uid, effect }: { uid: string; effect: string }) => [uid, effect]), [
    ["Gadget-a", "broken"],
  ]);
  assertEquals(api.graph.validate(), []);
});

Deno.test("Configured kinds, a missing target is a problem unless it is optional", async () => {
  const api = new Api([custom("Widget", "a", { gadget: "gone", settings: "gone" })], { customKinds });
  const problems = await api.get("/api/v1/problems");
  assertEquals(problems.map(({ message }: { message: string }) => message), [
    "Gadget gone does not exist (drives)",
  ]);
});

Deno.test("Configured kinds, without an optional or selected target a resource is degraded", async () => {
  const labels = { app: "web" };
  const api = new Api([
    custom("Widget", "a", { settings: "it", selector: labels }),
    object("ConfigMap", "n/it"),
    object("Service", "n/web", { labels }),
  ], { customKinds });
  for (const [kind, name] of [["ConfigMap", "it"], ["Service", "web"]]) {
    const { nodes } = await api.get(`/api/v1/impact?kind=${kind}&namespace=n&name=${name}`);
    assertEquals(nodes.map(({ uid, effect }: { uid: string; effect: string }) => [uid, effect]), [
      ["Widget-a", "degraded"],
    ], kind);
  }
});

Deno.test("Configured kinds, a selector selects 10,000 resources and follows each", async () => {
  const labels = { app: "web" };
  const services = Array.from({ length: 10_000 }, (_, i) => object("Service", `n/web-${i}`, { labels }));
  const api = new Api([...services, custom("Widget", "a", { selector: labels })], { customKinds });
  const count = async () => (await graph(api, "name=a&name=web-0&name=web-9999")).edges.length;
  assertEquals(await count(), 2);
  api.put({ ...services[0]!, metadata: { ...services[0]!.metadata, labels: { app: "other" } } });
  assertEquals(await count(), 1);
  assertEquals(api.graph.validate(), []);
});

Deno.test("Configured kinds, an answer to a resource has its own relation types", async () => {
  const api = new Api([custom("Widget", "a", { gadget: "b" }), custom("Gadget", "b", {})], { customKinds });
  const { relations } = await api.get("/api/v1/resources/Gadget-b");
  assertEquals(relations.in.map(({ type }: { type: string }) => type), ["drives"]);
});

Deno.test("Configured kinds, a Pod that two ReplicaSets own belongs to both", async () => {
  const sets = ["a", "b"].map((name) => object("ReplicaSet", `n/${name}`, { spec: { replicas: 1 } }));
  const ownerReferences = sets.map(({ apiVersion, kind, metadata: { name, uid } }) => ({
    apiVersion,
    kind,
    name,
    uid,
  }));
  const pod = object("Pod", "n/both");
  const api = new Api([...sets, { ...pod, metadata: { ...pod.metadata, ownerReferences } }]);
  for (const { metadata: { uid } } of sets) {
    const { nodes } = await graph(api, `owner=${uid}`);
    assertEquals(nodes.includes("Pod both"), true);
  }
  const { edges } = await graph(api, "");
  assertEquals(edges.length, 2);
});
