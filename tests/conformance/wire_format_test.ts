/** JSON and protobuf from a real API server give the same records, for every kind and fixture. */
import { assert, assertEquals } from "@std/assert";
import { KubeClient } from "../../src/kube/client.ts";
import { endsInitialEvents, watch } from "../../src/kube/watch.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { kinds } from "../../src/kinds/registry.ts";
import type { KindRule } from "../../src/kinds/rule.ts";
import { systemClock } from "../../src/model/clock.ts";
import type { ResourceRecord } from "../../src/model/record.ts";
import { apiVersionOf } from "../../src/model/resource_kind.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { fixture, fixtureStates } from "../kinds/kind_cases.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { RecordingLog } from "../support/recording_log.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

Deno.test(
  `JSON and protobuf give the same records${skipped}`,
  { ignore: !apiServerAvailable },
  async (test) => {
    const server = await ApiServer.start({
      objects: [...await allFixtures(), ...sampleCluster({ objects: 500, seed: 1 })],
    });
    const client = KubeClient.load({ kubeconfig: server.kubeconfig() }, new RecordingLog());
    try {
      for (const kind of kinds) {
        // The API server has these kinds only as custom resources, and serves none of them here.
        if (kind.group === "gateway.networking.k8s.io") continue;
        await test.step(kind.kind, async () => {
          assert(kind.wire !== undefined);
          const json = await recordsOf(kind, client, { asJson: true });
          const protobuf = await recordsOf(kind, client, { asJson: false });
          assert(json.length > 0);
          assertEquals(protobuf, json);
        });
      }
    } finally {
      client.close();
      await server.close();
    }
  },
);

/** Reads all objects of a kind, and returns their records by name. */
async function recordsOf(
  kind: KindRule,
  client: KubeClient,
  { asJson }: { asJson: boolean },
): Promise<ResourceRecord[]> {
  const records: ResourceRecord[] = [];
  const end = new AbortController();
  let contentType = "";
  await watch({
    async fetch(path, request) {
      const response = await client.fetch(path, request);
      contentType = response.headers.get("content-type") ?? "";
      return response;
    },
  }, {
    scope: { kind },
    asJson,
    idleTimeout: () => 30_000,
    clock: systemClock,
    signal: end.signal,
    onOpen() {},
    onBadEvent(why) {
      throw new Error(why);
    },
    onEvent(event) {
      if (endsInitialEvents(event)) end.abort();
      else if (event.type === "ADDED") records.push(makeRecord(kind, event.object));
    },
  }).catch((error) => {
    if (!end.signal.aborted) throw error;
  });
  assert(
    contentType.startsWith(asJson ? "application/json" : "application/vnd.kubernetes.protobuf"),
    contentType,
  );
  return records.sort((a, b) => `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1);
}

/** Objects with the declared fields that no fixture has. */
const RARE_OBJECTS: readonly object[] = [
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "rare", name: "mounts", uid: crypto.randomUUID(), generation: 3 },
    spec: {
      restartPolicy: "Never",
      volumes: [
        { name: "config", configMap: { name: "config" } },
        { name: "raw", persistentVolumeClaim: { claimName: "raw" } },
        { name: "both", projected: { sources: [{ secret: { name: "token", optional: true } }] } },
      ],
      containers: [{ name: "app", image: "app" }],
      initContainers: [{
        name: "first",
        volumeMounts: [
          { name: "config", mountPath: "/a", subPath: "a" },
          { name: "both", mountPath: "/b", subPathExpr: "$(NAME)" },
        ],
        volumeDevices: [{ name: "raw", devicePath: "/dev/raw" }],
        env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "env", key: "a", optional: true } } }],
        envFrom: [{ secretRef: { name: "more", optional: true } }],
      }],
    },
    status: { phase: "Running", observedGeneration: 2 },
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "rare", name: "restarts", uid: crypto.randomUUID() },
    spec: {
      restartPolicy: "Never",
      containers: [{
        name: "app",
        restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "In", values: [42, 300] } }],
      }],
    },
    status: {
      phase: "Running",
      containerStatuses: [{ name: "app", state: { terminated: { exitCode: 300, reason: "Error" } } }],
    },
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { namespace: "rare", name: "queue", uid: crypto.randomUUID() },
    spec: { parallelism: 4, template: { spec: { containers: [] } } },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { namespace: "rare", name: "action", uid: crypto.randomUUID() },
    spec: { defaultBackend: { service: { name: "redirect", port: { name: "use-annotation" } } } },
  },
  {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { namespace: "rare", name: "behind", uid: crypto.randomUUID(), generation: 3 },
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas: 2 },
    status: { observedGeneration: 2 },
  },
];

/** Returns the fixtures that an API server can read, each with a name of its own. */
async function allFixtures(): Promise<object[]> {
  const objects = [...RARE_OBJECTS];
  for (const kind of kinds) {
    for (const state of await fixtureStates(kind.kind)) {
      if (state.startsWith("malformed")) continue;
      const object = await fixture(kind.kind, state);
      objects.push({
        ...object,
        apiVersion: apiVersionOf(kind),
        kind: kind.kind,
        metadata: { ...object.metadata, name: `${object.metadata.name}-${state.replaceAll("_", "-")}` },
      });
    }
  }
  return objects;
}
