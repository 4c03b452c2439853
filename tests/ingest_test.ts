import { assertEquals, assertThrows } from "@std/assert";
import { Graph } from "../src/graph/graph.ts";
import { Ingest } from "../src/ingest.ts";
import { kinds } from "../src/kinds/registry.ts";
import { RecordingLog } from "./support/recording_log.ts";
import { record, testKinds } from "./support/records.ts";

Deno.test("Ingest.restore(), keeps no annotation that is not allowed", () => {
  const graph = new Graph(testKinds);
  const ingest = new Ingest(graph, {
    log: new RecordingLog(),
    times: { applied: () => {}, listed: () => {} },
  });
  const annotations: [string, string][] = [
    ["kubectl.kubernetes.io/last-applied-configuration", '{"data":{"password":"aHVudGVyMg=="}}'],
    ["prometheus.io/port", "9090"],
  ];
  ingest.restore(record({ kind: testKinds[0]!, namespace: "a", name: "web", uid: "u-1", annotations }));
  const { read } = graph;
  const kept: string[] = [];
  read.forEachAnnotation(read.find("u-1")!, (key) => kept.push(read.text.text(key)));
  assertEquals(kept, ["prometheus.io/port"]);
});

Deno.test("Ingest.upsert(), skips a malformed object, and hides no error of the graph", () => {
  const graph = new Graph(kinds);
  const log = new RecordingLog();
  const ingest = new Ingest(graph, { log, times: { applied: () => {}, listed: () => {} } });
  const scope = { kind: kinds.find(({ kind }) => kind === "ConfigMap")! };
  ingest.upsert(scope, { metadata: { name: "nobody", namespace: "a" } });
  assertEquals(log.lines, [
    'warn: Skipped a malformed object {"kind":"ConfigMap","reason":"ConfigMap a/nobody has no uid"}',
  ]);
  graph.upsert = () => {
    throw new TypeError("a bug");
  };
  const object = { metadata: { name: "web", namespace: "a", uid: "u-1", resourceVersion: "1" } };
  assertThrows(() => ingest.upsert(scope, object), TypeError, "a bug");
});
