/**
 * Measures what limited access costs, on a real API server with RBAC:
 *
 *   deno run -A tests/bench/measure_access.ts [objects]
 */
import { KubernetesAccess } from "../../src/access/kubernetes_access.ts";
import { Rights } from "../../src/access/rights.ts";
import { ListRules } from "../../src/access/rules.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { findKind, kinds } from "../../src/kinds/registry.ts";
import { Graph } from "../../src/graph/graph.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { ApiServer } from "../support/api_server.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingLog } from "../support/recording_log.ts";
import { load } from "./load.ts";
import { makeBundle } from "./make_bundle.ts";
import { ServerProcess } from "./server_process.ts";

const OBJECTS = Number(Deno.args[0] ?? 20_000);
const NAMESPACES = 200;
const ROUNDS = 5;
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const GROUP = "rbac.authorization.k8s.io";
const NAMES = ["limited", "viewer", "many"];
const USERS = NAMES.map((name) => ({ name, token: `token-of-${name}`, groups: [] }));
const READER = { verbs: ["get", "list", "watch"], apiGroups: ["*"], resources: ["*"] };

await makeBundle();
const api = await ApiServer.start({
  users: USERS,
  objects: sampleCluster({ objects: OBJECTS, seed: 1, now: Date.now() }),
});
try {
  await measure();
} finally {
  await api.close();
}
measureMemory();

async function measure(): Promise<void> {
  const { items } = await api.request("GET", "/api/v1/pods?limit=1") as {
    items: { metadata: { namespace: string } }[];
  };
  const namespace = items[0]!.metadata.namespace;
  await grant("limited", [namespace]);
  const many = Array.from({ length: NAMESPACES }, (_, i) => `team-${i}`);
  for (const name of many) {
    await api.request("POST", "/api/v1/namespaces", { metadata: { name } });
    await api.request("POST", `/api/v1/namespaces/${name}/configmaps`, { metadata: { name: "settings" } });
  }
  await grant("many", many);
  await api.request("POST", `${RBAC}/clusterrolebindings`, {
    metadata: { name: "viewer" },
    roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: "reader" },
    subjects: [{ kind: "User", apiGroup: GROUP, name: "viewer" }],
  });
  const kubeconfig = api.kubeconfig();
  const [open, limited] = [
    await ServerProcess.start({ kubeconfig }),
    await ServerProcess.start({ kubeconfig, flags: ["--auth=kubernetes"] }),
  ];
  await Promise.all([open.synced(), limited.synced()]);

  const path = `/api/v1/graph?namespace=${namespace}`;
  const bearer = (name: string) => ({ authorization: `Bearer token-of-${name}` });
  const rates: number[][] = [[], []];
  await timed(() => fetch(limited.url + path, { headers: bearer("limited") }));
  const costs: number[][] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (
      const [i, { server, headers }] of [{ server: open }, { server: limited, headers: bearer("limited") }]
        .entries()
    ) {
      const before = cpuSeconds(server.pid);
      const rate = await load(server.url + path, { seconds: 2, ...headers && { headers } });
      rates[i]?.push(rate);
      costs[i]?.push((cpuSeconds(server.pid) - before) / (rate * 2) * 1e6);
    }
  }
  const [none = 0, some = 0] = rates.map(median);
  const [cheap = 0, dear = 0] = costs.map(median);
  print("CPU of a request, none", `${cheap.toFixed(0)} µs`);
  print("CPU of a request, limited user", `${dear.toFixed(0)} µs`, `${(cheap / dear).toFixed(2)} × the rate`);
  print("a namespace's graph, none", `${Math.round(none)}/s`);
  print("a namespace's graph, limited user", `${Math.round(some)}/s`, `${(some / none).toFixed(2)} ×`);

  const kindsPath = "/api/v1/access";
  const known = [];
  for (let i = 0; i < 20; i++) known.push(await timed(() => fetch(open.url + kindsPath)));
  const first = await timed(() => fetch(limited.url + kindsPath, { headers: bearer("viewer") }));
  print(
    "first request, rights in the whole cluster",
    `${first.toFixed(1)} ms`,
    `none: ${median(known).toFixed(1)} ms`,
  );
  const all = await timed(() => fetch(limited.url + kindsPath, { headers: bearer("many") }));
  print(`first request, rights in ${NAMESPACES} namespaces`, `${all.toFixed(0)} ms`);
  const again = await timed(() => fetch(limited.url + kindsPath, { headers: bearer("many") }));
  print("second request", `${again.toFixed(1)} ms`);
  await open.stop();
  await limited.stop();
}

/** Measures the heap that a set of rights takes, with the bits of a graph of 100,000 resources. */
function measureMemory(): void {
  const graph = new Graph(kinds);
  let version = 0;
  for (const object of sampleCluster({ objects: 100_000, seed: 1, now: Date.now() })) {
    const [, group = ""] = /^(?:(.*)\/)?/.exec(String(object.apiVersion)) ?? [];
    const kind = findKind(group, object.kind)!;
    graph.upsert(
      makeRecord(kind, { ...object, metadata: { ...object.metadata, resourceVersion: `${++version}` } }),
    );
  }
  const { read } = graph;
  const names = Array.from(read.namespaces(), (id) => read.text.text(id));
  const rules = ListRules.of([{ ...READER, resources: ["pods", "services"], apiGroups: [""] }]);
  const sets = 200;
  const heap = () => {
    (globalThis as { gc?: () => void }).gc?.();
    return Deno.memoryUsage().heapUsed + Deno.memoryUsage().external;
  };
  const before = heap();
  const kept = Array.from({ length: sets }, (_, i) => {
    const own = names.filter((_, j) => (j + i) % 2 === 0).map((name) => [name, rules] as const);
    const graph = read.seenBy(new Rights(ListRules.none, [...own, [`extra-${i}`, rules] as const]));
    return { graph, resources: graph.resourceCount };
  });
  print(
    `a set of rights at ${read.resourceCount} resources in ${names.length} namespaces`,
    `${((heap() - before) / sets / 1024).toFixed(1)} KiB`,
    `${kept[0]?.resources} visible`,
  );
}

/** Measures the memory and the time for ten thousand users. */
await measureUsers();

async function measureUsers(): Promise<void> {
  const clock = new FakeClock();
  const graph = new Graph(kinds);
  const users = 10_000;
  const access = new KubernetesAccess({
    graph: graph.read,
    clock,
    log: new RecordingLog(),
    namespaces: () => [],
    reviews: {
      identify: (token) => Promise.resolve({ name: token, groups: [] }),
      rules: (token) =>
        Promise.resolve({
          rules: [{ ...READER, resources: [`pods${Number(token.slice(5)) % 100}`] }],
          incomplete: false,
        }),
      mayList: () => Promise.resolve(false),
      mayGet: () => Promise.resolve(false),
    },
  });
  const before = Deno.memoryUsage().heapUsed;
  const begun = performance.now();
  for (let i = 0; i < users; i++) {
    await access.ask({ authorization: `Bearer user-${i}`, address: "" }, undefined);
  }
  const elapsed = performance.now() - begun;
  (globalThis as { gc?: () => void }).gc?.();
  const bytes = (Deno.memoryUsage().heapUsed - before) / users;
  // All are still known.
  const again = access.ask({ authorization: "Bearer user-0", address: "" }, undefined);
  if (again instanceof Promise) throw new Error("user-0 was forgotten");
  print(
    `${users} users`,
    `${(bytes / 1024).toFixed(1)} KiB each`,
    `${(elapsed / users * 1000).toFixed(0)} µs each`,
  );
}

async function grant(name: string, namespaces: readonly string[]): Promise<void> {
  const role = { metadata: { name: "reader" }, rules: [READER] };
  await api.request("POST", `${RBAC}/clusterroles`, role).catch(() => {});
  for (const namespace of namespaces) {
    await api.request("POST", `${RBAC}/namespaces/${namespace}/rolebindings`, {
      metadata: { name },
      roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: "reader" },
      subjects: [{ kind: "User", apiGroup: GROUP, name }],
    });
  }
}

async function timed(ask: () => Promise<Response>): Promise<number> {
  const begun = performance.now();
  const response = await ask();
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return performance.now() - begun;
}

/** Returns the CPU time of a process, which other processes on the machine change less than its rate. */
function cpuSeconds(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function print(...cells: string[]): void {
  console.log(cells.join("\t"));
}
