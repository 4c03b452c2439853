/**
 * Helm installs a chart on a real API server with its controllers. The answer about the release has every
 * resource that the release touches, follows an upgrade, and loses exactly these resources with an uninstall.
 * There is no scheduler and no kubelet, so the test itself sets the status of the Pods.
 */
import { assertEquals } from "@std/assert";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe, type GraphAnswer } from "../support/astrolabe.ts";
import { helm, writeChart } from "../support/helm.ts";
import { holds } from "../support/holds.ts";
import { describeAnswer, type KubeObject, LISTS, NaiveReading, readLists } from "../support/naive_reading.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

Deno.test(`Helm releases on a real cluster${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start({ controllers: true, serviceAccountAdmission: true });
  const { folder } = server;
  const kubeconfig = server.kubeconfig();
  const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`);
  const inStore = (...args: string[]) => helm({ kubeconfig, folder }, ...args, "--namespace=store");
  const becomes = (query: string, expected: readonly string[]) =>
    holds(async () => assertEquals(namesOf(await astrolabe.graph(query)), expected.toSorted()));

  try {
    await prepare(server);
    const chart = await writeChart(folder);
    await becomes("namespace=store", BEFORE);

    await test.step("Release, an installed chart appears with every resource that it touches", async () => {
      await inStore("install", "shop", chart);
      await becomes("release=shop", SHOP);
    });

    await test.step("Release, has the relations of the cluster once its Pods run", async () => {
      await runPods(server);
      await holds(async () => {
        const naive = new NaiveReading(await readLists((path) => server.request("GET", path)));
        const expected = naive.graph({ release: "store/shop" });
        assertEquals(expected.edges.filter((edge) => /^EndpointSlice .* selects Pod /.test(edge)).length, 2);
        const answer = await astrolabe.graph("release=store/shop&labels=true");
        assertEquals(describeAnswer(answer), expected);
      });
    });

    await test.step("Release, is in the list of releases with its counts", async () => {
      const releases = await astrolabe.json("/api/v1/releases?detail=true");
      const { counts: { pods }, ...shop } = releases[0];
      assertEquals([releases.length, shop.namespace, shop.name, shop.chart, pods], [
        1,
        "store",
        "shop",
        "shop-1.2.3",
        3,
      ]);
    });

    await test.step("Release, does not include another release with which it shares a ConfigMap", async () => {
      await inStore("install", "blog", chart, "--set=job=false");
      await becomes("release=blog", BLOG);
    });

    await test.step("Release, does not change when the other release is uninstalled", async () => {
      await inStore("uninstall", "blog");
      await becomes("release=blog", []);
      await becomes("release=shop", SHOP);
    });

    await test.step("Release, follows an upgrade", async () => {
      await inStore("upgrade", "shop", chart, "--set=settings=shared-two,job=false");
      await becomes("release=shop", UPGRADED);
      const { nodes, edges } = await astrolabe.graph("release=shop");
      const deployment = nodes.find(({ kind }) => kind === "Deployment")?.uid;
      const used = edges.filter(({ type, from }) => type === "uses-configmap" && from === deployment);
      assertEquals(used.map(({ to }) => nodes.find(({ uid }) => uid === to)?.name).sort(), [
        "shared-two",
        "shop",
      ]);
    });

    await test.step("Release, loses exactly its own resources with an uninstall", async () => {
      await inStore("uninstall", "shop");
      await becomes("release=shop", []);
      await becomes("namespace=store", BEFORE);
    });
  } finally {
    await astrolabe.stop();
    await server.close();
  }
});

const BEFORE = [
  "ConfigMap shared-one",
  "ConfigMap shared-two",
  "Namespace store",
  "ServiceAccount default",
];
const SHOP = [
  "ConfigMap shared-one",
  "ConfigMap shop",
  "CronJob shop",
  "Deployment shop",
  "EndpointSlice shop-*",
  "HorizontalPodAutoscaler shop",
  "Ingress shop",
  "Job shop-migration",
  "PersistentVolume disk",
  "PersistentVolumeClaim shop",
  "Pod shop-*",
  "Pod shop-*",
  "Pod shop-migration-*",
  "PodDisruptionBudget shop",
  "ReplicaSet shop-*",
  "Secret shop",
  "Service shop",
  "ServiceAccount shop",
  "StorageClass fast",
];
/** The resources without the Job and without the only volume. */
const BLOG = SHOP.filter((name) => !/migration|disk/.test(name)).map((name) => name.replace("shop", "blog"));
/**
 * The resources after the upgrade. The hidden ReplicaSet of the first revision still uses the first
 * ConfigMap.
 */
const UPGRADED = [...SHOP.filter((name) => !name.includes("migration")), "ConfigMap shared-two"];

/** The ConfigMap that two releases share. It exists before them and after them. */
async function prepare(server: ApiServer): Promise<void> {
  await server.request("POST", LISTS.Namespace!, { metadata: { name: "store" } });
  for (const name of ["shared-one", "shared-two"]) {
    await server.request("POST", "/api/v1/namespaces/store/configmaps", { metadata: { name } });
  }
  await server.request("POST", LISTS.StorageClass!, {
    metadata: { name: "fast" },
    provisioner: "example.com/disks",
  });
  await server.request("POST", LISTS.PersistentVolume!, {
    metadata: { name: "disk" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "1Gi" },
      hostPath: { path: "/tmp" },
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: "fast",
    },
  });
}

/** Binds all Pods in the namespace as a scheduler does, and reports their status as a kubelet does. */
async function runPods(server: ApiServer): Promise<void> {
  const pods = "/api/v1/namespaces/store/pods";
  await server.request("POST", "/api/v1/nodes", { metadata: { name: "node" } });
  const { items } = await server.request("GET", pods) as KubeObject;
  for (const [index, { metadata }] of items.entries()) {
    const target = { kind: "Node", name: "node" };
    await server.request("POST", `${pods}/${metadata.name}/binding`, {
      metadata: { name: metadata.name },
      target,
    });
    const podIP = `10.2.0.${index + 1}`;
    await server.request("PATCH", `${pods}/${metadata.name}/status`, {
      status: {
        phase: "Running",
        podIP,
        podIPs: [{ ip: podIP }],
        conditions: [{ type: "PodScheduled", status: "True" }, { type: "Ready", status: "True" }],
      },
    });
  }
}

/** Returns sorted kinds and names, with a star in place of suffixes that controllers append. */
function namesOf({ nodes }: GraphAnswer): string[] {
  const appended: Record<string, RegExp> = {
    Pod: /(-[^aeiou01-]{8,10})?-[a-z0-9]{5}$/,
    ReplicaSet: /-[^aeiou01-]{8,10}$/,
    EndpointSlice: /-[a-z0-9]{5}$/,
  };
  return nodes.map(({ kind, name }) => `${kind} ${name.replace(appended[kind] ?? /$^/, "-*")}`).sort();
}
