import { assertEquals } from "@std/assert";
import type { Edge, Graph, Node, Problem, Status } from "../../src/web/answers.ts";
import { idOfUse, pictureOf, reasonsOf } from "../../src/web/layout/picture.ts";

function node(kind: string, name: string, status: Status = "Ready", more: Partial<Node> = {}): Node {
  return {
    uid: `${kind}/${name}`,
    kind,
    name,
    namespace: "shop",
    apiVersion: "v1",
    status,
    message: "",
    metadata: { age: "1d", creationTimestamp: "" },
    ...more,
  };
}

function graph(nodes: readonly Node[], edges: readonly string[]): Graph {
  return {
    rv: "",
    nodes,
    edges: edges.map((it) => {
      const [from = "", type = "", to = ""] = it.split(" ");
      return { type, from, to } as Edge;
    }),
  };
}

const WEB = graph([
  node("Ingress", "web"),
  node("IngressClass", "nginx"),
  node("Secret", "tls"),
  node("Service", "web"),
  node("EndpointSlice", "web-x"),
  node("Deployment", "web", "Pending"),
  node("ReplicaSet", "web-1"),
  node("Pod", "web-1-a", "Error", { message: "Container app: CrashLoopBackOff" }),
  node("Pod", "web-1-b"),
  node("HorizontalPodAutoscaler", "web"),
  node("ConfigMap", "settings", "Ready", { release: "web", releaseNamespace: "shop" }),
  node("PersistentVolumeClaim", "data"),
  node("PersistentVolume", "pv-1"),
  node("StorageClass", "fast"),
], [
  "Ingress/web routes-to Service/web",
  "Ingress/web uses-class IngressClass/nginx",
  "Ingress/web uses-secret Secret/tls",
  "Service/web endpoints EndpointSlice/web-x",
  "Service/web selects Pod/web-1-a",
  "Service/web selects Pod/web-1-b",
  "Deployment/web owns ReplicaSet/web-1",
  "ReplicaSet/web-1 owns Pod/web-1-a",
  "ReplicaSet/web-1 owns Pod/web-1-b",
  "HorizontalPodAutoscaler/web scales Deployment/web",
  "Pod/web-1-a uses-configmap ConfigMap/settings",
  "Pod/web-1-a mounts PersistentVolumeClaim/data",
  "PersistentVolumeClaim/data binds PersistentVolume/pv-1",
  "PersistentVolume/pv-1 uses-storageclass StorageClass/fast",
]);

const problem: Problem = {
  type: "unresolved-reference",
  severity: "error",
  uid: "ReplicaSet/web-1",
  kind: "ReplicaSet",
  namespace: "shop",
  name: "web-1",
  message: "",
  target: { kind: "Secret", namespace: "shop", name: "gone" },
  since: "2026-01-01T00:00:00Z",
};

const names = (cards: readonly { readonly node: Node }[]) => cards.map((it) => it.node.uid);

Deno.test("pictureOf(), puts each resource into its lane or folds it into another one", () => {
  const picture = pictureOf(WEB, [], { release: { namespace: "shop", name: "web" } });
  assertEquals(names(picture.entries), ["Ingress/web"]);
  assertEquals(picture.entries[0]?.notes, ["TLS tls", "class nginx"]);
  assertEquals(names(picture.services), ["Service/web"]);
  assertEquals(names(picture.workloads), ["Deployment/web"]);
  const [workload] = picture.workloads;
  assertEquals(workload?.pods.map(({ name }) => name), ["web-1-a", "web-1-b"]);
  assertEquals(workload?.folded.map(({ name }) => name), ["web-1"]);
  assertEquals(workload?.chips.map(({ label }) => label), ["HPA"]);
  assertEquals(
    picture.uses.map(({ key, leadsTo, isShared }) => [key.name, leadsTo.map((it) => it.name), isShared]),
    [
      ["settings", [], false],
      ["data", ["pv-1", "fast"], true],
    ],
  );
});

Deno.test("pictureOf(), draws each relation between lanes once", () => {
  const { lines } = pictureOf(WEB, [problem]);
  assertEquals(
    lines.map(({ from, to, isMissing }) => `${from} > ${to}${isMissing ? " missing" : ""}`).sort(),
    [
      "Deployment/web > ConfigMap/settings",
      "Deployment/web > PersistentVolumeClaim/data",
      "Deployment/web > missing Secret shop gone missing",
      "Ingress/web > Service/web",
      "Service/web > Deployment/web",
    ],
  );
});

Deno.test("pictureOf(), names a missing target once, before all that exists", () => {
  const { uses } = pictureOf(WEB, [problem, { ...problem, uid: "Deployment/web" }]);
  assertEquals(uses.map(idOfUse), [
    "missing Secret shop gone",
    "ConfigMap/settings",
    "PersistentVolumeClaim/data",
  ]);
});

Deno.test("pictureOf(), the topmost owner of Pods is the workload, whatever its kind", () => {
  const picture = pictureOf(
    graph([node("Database", "db"), node("StatefulSet", "db"), node("Pod", "db-0"), node("Backup", "b")], [
      "Database/db owns StatefulSet/db",
      "StatefulSet/db owns Pod/db-0",
      "Database/db owns Backup/b",
    ]),
    [],
  );
  assertEquals(names(picture.workloads), ["Database/db"]);
  assertEquals(picture.uses.map(({ key }) => key.kind), ["Backup"]);
  assertEquals(picture.lines.map(({ from, to }) => [from, to]), [["Database/db", "Backup/b"]]);
});

Deno.test("pictureOf(), owners in a circle end", () => {
  const circle = graph([node("Job", "a"), node("Job", "b")], ["Job/a owns Job/b", "Job/b owns Job/a"]);
  assertEquals(pictureOf(circle, []).workloads.length > 0, true);
});

Deno.test("pictureOf(), nothing is lost: what is in no lane is folded into something", () => {
  const picture = pictureOf(WEB, []);
  const shown = [
    ...names(picture.entries),
    ...names(picture.services),
    ...picture.workloads.flatMap(({ node, pods, folded, chips }) =>
      [node, ...pods, ...folded, ...chips.map((it) => it.node)].map((it) => it.uid)
    ),
    ...picture.uses.flatMap(({ node, leadsTo }) => [node?.uid, ...leadsTo.map((it) => it.uid)]),
  ];
  const hidden = WEB.nodes.map(({ uid }) => uid).filter((uid) => !shown.includes(uid));
  assertEquals(hidden, ["IngressClass/nginx", "Secret/tls", "EndpointSlice/web-x"]);
});

Deno.test("pictureOf(), the worst workload comes first", () => {
  const nodes = [
    node("Deployment", "a"),
    node("Deployment", "b", "Error"),
    node("Deployment", "c", "Pending"),
  ];
  assertEquals(pictureOf(graph(nodes, []), []).workloads.map((it) => it.node.name), ["b", "c", "a"]);
});

Deno.test("reasonsOf(), counts equal reasons without the name of the container", () => {
  const pods = ["Container a: ImagePullBackOff", "Container b: ImagePullBackOff", "Unschedulable"].map((
    message,
    i,
  ) => node("Pod", `${i}`, i === 2 ? "Pending" : "Error", { message }));
  assertEquals(reasonsOf(pods), [
    { text: "ImagePullBackOff", count: 2, status: "Error" },
    { text: "Unschedulable", count: 1, status: "Pending" },
  ]);
});

Deno.test("pictureOf(), a workload whose Pods are well has its own reason", () => {
  const quota = node("Deployment", "web", "Error", { message: "Its Pods cannot be created: exceeded quota" });
  const [workload] = pictureOf(graph([quota, node("Pod", "a")], ["Deployment/web owns Pod/a"]), []).workloads;
  assertEquals(workload?.reasons.map(({ text }) => text), ["Its Pods cannot be created: exceeded quota"]);
});
