import { assertEquals } from "@std/assert";
import { Graph } from "../../../src/graph/graph.ts";
import { ByteWriter } from "../../../src/json/byte_writer.ts";
import { viaBits, VIAS } from "../../../src/model/reference.ts";
import { addRelationType } from "../../../src/model/relation.ts";
import type { ResourceRecord } from "../../../src/model/record.ts";
import { NodeDecoder } from "../../../src/persist/format/node_decoder.ts";
import { NodeEncoder } from "../../../src/persist/format/node_encoder.ts";
import { record, testKinds } from "../../support/records.ts";

const [pod, claim, volume] = testKinds as [typeof testKinds[0], typeof testKinds[0], typeof testKinds[0]];
const UID = "00000000-0000-4000-8000-000000000001";
const OTHER = "00000000-0000-4000-8000-000000000002";
const decoder = new NodeDecoder({ kinds: testKinds, hasKind: () => true });

function encode(saved: ResourceRecord): string {
  const graph = new Graph(testKinds);
  graph.upsert(saved);
  const out = new ByteWriter(graph.read, 10);
  new NodeEncoder(graph.read).encode(graph.read.find(saved.uid) ?? -1, out);
  return new TextDecoder().decode(out.written);
}

function web(more: Partial<ResourceRecord> = {}): ResourceRecord {
  return record({ kind: pod, uid: UID, namespace: "a", name: "web", ...more });
}

const states: Record<string, ResourceRecord> = {
  "nothing but an identity": web(),
  "no creation time": web({ createdAt: 0 }),
  "a resourceVersion that is not a number": web({ resourceVersion: 'x"7' }),
  "a uid that is not a UUID": web({ uid: 'odd "uid"' }),
  "labels and annotations with names of every object": web({
    labels: [["__proto__", "a"], ["app", "wéb"], ["constructor", ""]],
    annotations: [["argocd.argoproj.io/x", '"\n'], ["prometheus.io/scrape", "true"]],
  }),
  "a message with quotes": web({ status: "Error", message: 'not "fine"\n' }),
  "a release in its own namespace": web({ release: { namespace: "a", name: "shop" } }),
  "a release in another namespace": web({ release: { namespace: "b", name: "shop" } }),
  "all details": web({
    detail: {
      image: "web:1",
      nodeName: "node-1",
      restartCount: 3,
      replicas: { desired: 3, current: 2, ready: 1, available: 0 },
      ownerReferences: [{ kind: "ReplicaSet", name: "web", uid: OTHER }, { kind: "K", name: "", uid: "x" }],
      volumeName: "pv",
      claimRef: { kind: "Claim", namespace: "a", name: "data", uid: OTHER },
    },
  }),
  "only owners": web({ detail: { ownerReferences: [{ kind: "ReplicaSet", name: "web", uid: OTHER }] } }),
  "idle and finished": web({ idle: true, finished: true }),
  "references of every form": web({
    references: [
      { type: "mounts", kind: claim, namespace: "a", name: "data" },
      { type: "mounts", kind: claim, namespace: "b", name: "data", optional: true },
      { type: "binds", kind: volume, namespace: "", name: "pv", uid: OTHER },
      {
        type: "owns",
        kind: claim,
        namespace: "a",
        name: "o",
        uid: "no UUID",
        reversed: true,
        optional: true,
      },
      {
        type: "owns",
        kind: claim,
        namespace: "a",
        name: "c",
        uid: OTHER,
        reversed: true,
        controller: true,
      },
      { type: "owns", kind: undefined, namespace: "", name: "", uid: "untracked", reversed: true },
      { type: "mounts", kind: claim, namespace: "b", name: "e", via: viaBits(["volume", "subPath"]) },
      { type: "mounts", kind: claim, namespace: "a", name: "f", via: viaBits(VIAS) },
    ],
  }),
  "selectors": web({
    selectors: [
      { type: "selects", kind: pod, selector: [] },
      { type: addRelationType("watches"), kind: pod, selector: [], namespace: "other" },
      {
        type: "selects",
        kind: pod,
        selector: [{ key: "a", operator: "In", values: ["b", ""] }, {
          key: "c",
          operator: "Exists",
          values: [],
        }],
        required: true,
      },
    ],
  }),
};

for (const [name, saved] of Object.entries(states)) {
  Deno.test(`NodeEncoder, a record with ${name} comes back`, () => {
    assertEquals(decoder.decode(encode(saved)), { record: saved, bare: false });
  });
}

Deno.test("NodeEncoder, writes every field of the contract", () => {
  assertEquals(Object.keys(JSON.parse(encode(web()))).filter((field) => field !== "references"), [
    "uid",
    "name",
    "namespace",
    "kind",
    "apiVersion",
    "labels",
    "annotations",
    "creationTimestamp",
    "status",
    "statusMessage",
    "helmChart",
    "helmRelease",
    "metadata",
    "resourceVersion",
  ]);
});

Deno.test("NodeEncoder, takes the chart from the label", () => {
  assertEquals(JSON.parse(encode(web({ labels: [["helm.sh/chart", "web-1.0"]] }))).helmChart, "web-1.0");
});

const goNode = {
  uid: UID,
  name: "web",
  namespace: "a",
  kind: "Pod",
  apiVersion: "v1",
  resourceVersion: "17",
  labels: { app: "web" },
  annotations: null,
  creationTimestamp: "2020-09-13T12:26:40Z",
  status: "Ready",
  statusMessage: "Running",
  helmChart: "",
  helmRelease: "shop",
  metadata: { image: "web:1" },
};

Deno.test("NodeDecoder, reads a node of the Go server, and marks it as bare", () => {
  assertEquals(decoder.decode(JSON.stringify(goNode)), {
    record: web({
      resourceVersion: "17",
      labels: [["app", "web"]],
      message: "Running",
      release: { namespace: "a", name: "shop" },
      detail: { image: "web:1" },
    }),
    bare: true,
  });
});

Deno.test("NodeDecoder, ignores unknown fields", () => {
  const saved = { ...JSON.parse(encode(web())), hats: 3, metadata: { hats: 3 } };
  assertEquals(decoder.decode(JSON.stringify(saved))?.record, web());
});

Deno.test("NodeDecoder, ignores fields of a wrong type", () => {
  const saved = {
    ...goNode,
    labels: { app: 3, tier: "x" },
    annotations: "none",
    creationTimestamp: 17,
    status: "Splendid",
    statusMessage: {},
    helmRelease: 1,
    metadata: { image: 1, restartCount: "2", replicas: [], ownerReferences: {} },
    references: [["mounts"], ["hugs", "Claim", "x"], ["mounts", "Claim", 3], "x", null, [
      "mounts",
      "Hat",
      "h",
    ]],
    selectors: [["selects", "Pod", [["a", "Near", "b"]]], ["selects", "Pod", "x"]],
  };
  assertEquals(
    decoder.decode(JSON.stringify(saved))?.record,
    web({ resourceVersion: "17", labels: [["tier", "x"]], createdAt: 0, status: "Unknown" }),
  );
});

for (
  const [name, value] of [
    ["half a value", '{"uid":"a","na'],
    ["no object", "17"],
    ["null", "null"],
    ["no uid", JSON.stringify({ ...goNode, uid: undefined })],
    ["no name", JSON.stringify({ ...goNode, name: "" })],
    ["no namespace", JSON.stringify({ ...goNode, namespace: undefined })],
    ["a kind that is not tracked", JSON.stringify({ ...goNode, kind: "Hat" })],
    ["a kind of another group", JSON.stringify({ ...goNode, apiVersion: "hats.io/v1" })],
  ] as const
) {
  Deno.test(`NodeDecoder, ${name} is no record`, () => {
    assertEquals(decoder.decode(value), undefined);
  });
}
