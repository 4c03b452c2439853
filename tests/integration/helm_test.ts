/**
 * A chart that is installed with helm, onto a real API server with its controllers: the answer about its
 * release has everything that it touches, moves with an upgrade, and loses exactly that with an
 * uninstall. There is no scheduler and no kubelet: the test itself tells that the Pods run.
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

    await test.step("Release, an installed chart shows up with everything that it touches", async () => {
      await inStore("install", "shop", chart);
      await becomes("release=shop", SHOP);
    });

    await test.step("Release, its relations are those of the cluster, once its Pods run", async () => {
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

    await test.step("Release, one that shares a ConfigMap with another does not drag it in", async () => {
      await inStore("install", "blog", chart, "--set=job=false");
      await becomes("release=blog", BLOG);
    });

    await test.step("Release, is not touched by the other's end", async () => {
      await inStore("uninstall", "blog");
      await becomes("release=blog", []);
      await becomes("release=shop", SHOP);
    });

    await test.step("Release, an upgrade moves it", async () => {
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

    await test.step("Release, uninstalling removes exactly that", async () => {
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
  "ConfigMap kube-root-ca.crt",
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
/** Without the Job, and without the one volume there is. */
const BLOG = SHOP.filter((name) => !/migration|disk/.test(name)).map((name) => name.replace("shop", "blog"));
/** The ReplicaSet of the first revision is hidden, and still uses the first ConfigMap. */
const UPGRADED = [...SHOP.filter((name) => !name.includes("migration")), "ConfigMap shared-two"];

/** What two releases share: it is there before them and after them. */
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

/** Does what a scheduler would, and tells what a kubelet would, of all Pods in the namespace. */
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

/** Kinds and names, sorted, with a star for what controllers append. */
function namesOf({ nodes }: GraphAnswer): string[] {
  const appended: Record<string, RegExp> = {
    Pod: /(-[^aeiou01-]{8,10})?-[a-z0-9]{5}$/,
    ReplicaSet: /-[^aeiou01-]{8,10}$/,
    EndpointSlice: /-[a-z0-9]{5}$/,
  };
  return nodes.map(({ kind, name }) => `${kind} ${name.replace(appended[kind] ?? /$^/, "-*")}`).sort();
}
