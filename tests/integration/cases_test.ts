/**
 * Inputs on which an answer was wrong once (`tests/fixtures/cases/`), on a real API server with its
 * controllers. There is no scheduler and no kubelet: the test itself writes what they would.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadAll } from "js-yaml";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { type KubeObject, LISTS } from "../support/naive_reading.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const SINCE = "2026-01-02T00:00:00Z";

Deno.test(`Cases on a real cluster${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  // The controllers left out would delete Pods of the node, which no kubelet answers for.
  const server = await ApiServer.start({
    controllers: ["*", "-pod-garbage-collector-controller", "-node-lifecycle-controller"],
  });
  const astrolabe = await Astrolabe.start(`--kubeconfig=${server.kubeconfig()}`);
  const cluster = new Cluster(server, astrolabe);
  try {
    await cluster.addNode("node-ok", { type: "kwok" });
    for (const [file, check] of Object.entries(CASES)) {
      await test.step(file, async () => {
        const [, number] = /^(\d+)-/.exec(file) ?? [];
        const [, chart] = /^chart-(\d)-/.exec(file) ?? [];
        const namespace = number ? `c${number}` : `case${chart}`;
        await cluster.apply(file, namespace);
        await check(cluster, namespace);
      });
    }
  } finally {
    await astrolabe.stop();
    await server.close();
  }
});

type Check = (cluster: Cluster, namespace: string) => Promise<void>;

const CASES: Readonly<Record<string, Check>> = {
  "01-sidecar-not-ready.yaml": async (cluster, namespace) => {
    await cluster.says(namespace, "Pod sidecar-unready", ["Pending", "1 of 2 containers are ready", "proxy"]);
    await cluster.says(namespace, "Pod sidecar-ready", ["Ready", "2 of 2 containers are ready"]);
  },

  "03-waiting-reasons.yaml": (cluster, namespace) =>
    holds(async () => {
      const pods = await cluster.resources(namespace, "Pod");
      const waiting = pods.filter(({ status }) => status === "Pending").map(({ name }) => name);
      assertEquals([pods.length, waiting], [12, ["w-containercreating"]]);
      assert(pods.every(({ message }) => !message.includes("/start.sh")), "a message quotes a command");
    }),

  "07-ds-minready.yaml": async (cluster, namespace) => {
    await holds(async () => assertEquals((await cluster.objects(namespace, "Pod")).length, 5));
    for (const { metadata } of await cluster.objects(namespace, "Pod")) {
      await cluster.runPod(namespace, metadata.name);
    }
    await cluster.says(namespace, "DaemonSet agent", ["Pending", "0 of 1 Pods are available"]);
    await cluster.says(namespace, "StatefulSet slow", ["Pending", "0 of 2 replicas are available"]);
    await cluster.says(namespace, "Deployment slowdep", ["Pending", "0 of 2 replicas are available"]);
  },

  "12-pdb.yaml": async (cluster, namespace) => {
    await cluster.says(namespace, "PodDisruptionBudget job-pct", [
      "Error",
      "SyncFailed",
      "jobs.batch does not implement the scale subresource",
    ]);
    for (const name of ["bare-max", "no-selector"]) {
      await cluster.says(namespace, `PodDisruptionBudget ${name}`, [
        "Ready",
        "The controller counts no Pods",
      ]);
    }
    await cluster.says(namespace, "PodDisruptionBudget web-pct", [
      "Pending",
      "0 of 3 needed Pods are healthy",
    ]);
    assertEquals(await cluster.relations(namespace, "selects", "PodDisruptionBudget bare-max"), [
      "Pod bare-1",
      "Pod bare-2",
    ]);
  },

  "15-services.yaml": async (cluster, namespace) => {
    await cluster.says(namespace, "Service lb-external-ips", ["Ready", "115.122.6.8"]);
    await cluster.says(namespace, "Service lb-empty-entry", ["Pending"]);
    await cluster.says(namespace, "Service lb-pending", ["Pending"]);
    await cluster.says(namespace, "Service lb-v6", ["Ready", "2001:db8::1"]);
    await holds(async () => {
      const pods = await cluster.objects(namespace, "Pod");
      const { metadata } = pods.find(({ metadata }) => metadata.name.startsWith("once-"));
      await cluster.writeStatus(namespace, "Pod", { name: metadata.name, status: { phase: "Succeeded" } });
    });
    await holds(async () => {
      const problems = await cluster.problems(namespace, "service-selects-nothing");
      assert(problems.some(({ name }) => name === "once"), JSON.stringify(problems));
    });
  },

  "16-ingress.yaml": (cluster, namespace) =>
    holds(async () => {
      assertEquals(await cluster.relations(namespace, "routes-to", "Ingress mixed"), ["Service api"]);
      assertEquals(await cluster.unresolved(namespace), ["IngressClass nginx", "Secret b-tls"]);
    }),

  "20-old-owner-version.yaml": async (cluster, namespace) => {
    const release = () => cluster.graph(`release=${namespace}/veteran`);
    await holds(async () => {
      assertEquals((await release()).filter(({ kind }) => kind === "Pod").length, 2);
    });
    const [set] = await cluster.objects(namespace, "ReplicaSet");
    const ownerReferences = [{ ...set.metadata.ownerReferences[0], apiVersion: "extensions/v1beta1" }];
    const annotations = { "meta.helm.sh/release-name": null };
    await cluster.patch(namespace, "ReplicaSet", {
      name: set.metadata.name,
      patch: { metadata: { ownerReferences, annotations, labels: { patched: "yes" } } },
    });
    await holds(async () => {
      const resources = await release();
      assert(resources.some(({ labels }) => labels?.patched === "yes"));
      const kinds = resources.map(({ kind }) => kind).filter((kind) => kind !== "ServiceAccount").sort();
      assertEquals(kinds, ["Deployment", "Pod", "Pod", "ReplicaSet"]);
      assertEquals(await cluster.relations(namespace, "owns", "Deployment veteran"), [
        `ReplicaSet ${set.metadata.name}`,
      ]);
    });
  },

  "chart-1-statefulset-volume-named-like-claim-template.yaml": (cluster, namespace) =>
    holds(async () => {
      assertEquals(await cluster.relations(namespace, "mounts", "StatefulSet crdb"), [
        "PersistentVolumeClaim datadir-crdb-0",
      ]);
      assertEquals(await cluster.unresolved(namespace), ["Service crdb"]);
    }),

  "chart-3-ingress-use-annotation.yaml": async (cluster, namespace) => {
    await cluster.says(namespace, "Ingress web", ["Ready"]);
    assertEquals(await cluster.unresolved(namespace), ["IngressClass alb"]);
  },

  "chart-4-hook-with-legacy-labels.yaml": (cluster, namespace) =>
    holds(async () => {
      const resources = await cluster.graph(`release=${namespace}/kibana`);
      assert(resources.some(({ name }) => name === "pre-install-kibana-kibana"), JSON.stringify(resources));
    }),

  "chart-5-chart-of-release-with-subcharts.yaml": (cluster, namespace) =>
    holds(async () => {
      const { chart, charts } = await cluster.release(namespace, "wordpress");
      assertEquals([chart, charts.sort()], ["wordpress-27.0.0", ["mariadb-23.0.1", "wordpress-27.0.0"]]);
    }),

  "chart-6-chart-only-in-label-chart.yaml": (cluster, namespace) =>
    holds(async () => {
      assertEquals((await cluster.release(namespace, "strimzi")).chart, "strimzi-kafka-operator-0.1.1");
      const query = `namespace=${namespace}&chart=strimzi-kafka-operator-0.1.1`;
      assertEquals((await cluster.graph(query)).map(({ name }) => name), ["strimzi-cluster-operator"]);
    }),

  "chart-7-one-missing-secret-many-problems.yaml": async (cluster, namespace) => {
    await holds(async () => assertEquals((await cluster.resources(namespace, "Pod")).length, 10));
    await holds(async () => {
      const problems = await cluster.problems(namespace, "unresolved-reference");
      const secrets = problems.filter(({ target }) => target.name === "missing");
      assertEquals(secrets.map(({ kind, name }) => `${kind} ${name}`), ["Deployment web"]);
    });
  },
};

/** The two sides that a case is about: what is written to the API server, and what Astrolabe answers. */
class Cluster {
  readonly #server: ApiServer;
  readonly #astrolabe: Astrolabe;

  constructor(server: ApiServer, astrolabe: Astrolabe) {
    this.#server = server;
    this.#astrolabe = astrolabe;
  }

  /** Adds a node that is ready. The API server taints one that no kubelet has reported on. */
  async addNode(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    await this.#server.request("POST", "/api/v1/nodes", { metadata: { name, labels } });
    await this.#server.request("PATCH", `/api/v1/nodes/${name}`, { spec: { taints: null } });
    const conditions = [{
      type: "Ready",
      status: "True",
      lastHeartbeatTime: SINCE,
      lastTransitionTime: SINCE,
    }];
    await this.#server.request("PATCH", `/api/v1/nodes/${name}/status`, { status: { conditions } });
  }

  /** Creates the objects of a file, the namespace first, and writes their status by itself. */
  async apply(file: string, namespace: string): Promise<void> {
    await this.#server.request("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
    const text = await Deno.readTextFile(new URL(`../fixtures/cases/${file}`, import.meta.url));
    for (const { status, ...object } of loadAll(text) as KubeObject[]) {
      await this.#server.request("POST", pathOf(namespace, object.kind), object);
      const { name } = object.metadata;
      if (status) await this.writeStatus(namespace, object.kind, { name, status });
    }
  }

  async writeStatus(
    namespace: string,
    kind: string,
    { name, status }: { name: string; status: KubeObject },
  ): Promise<void> {
    await this.#server.request("PATCH", `${pathOf(namespace, kind)}/${name}/status`, { status });
  }

  async patch(
    namespace: string,
    kind: string,
    { name, patch }: { name: string; patch: KubeObject },
  ): Promise<void> {
    await this.#server.request("PATCH", `${pathOf(namespace, kind)}/${name}`, patch);
  }

  /** Tells that a Pod has just become ready. */
  async runPod(namespace: string, name: string): Promise<void> {
    const lastTransitionTime = new Date().toISOString();
    const conditions = ["Ready", "ContainersReady", "PodScheduled"].map((type) => ({
      type,
      status: "True",
      lastTransitionTime,
    }));
    const status = { phase: "Running", conditions };
    await this.writeStatus(namespace, "Pod", { name, status });
  }

  async objects(namespace: string, kind: string): Promise<KubeObject[]> {
    const { items } = await this.#server.request("GET", pathOf(namespace, kind)) as KubeObject;
    return items;
  }

  resources(namespace: string, kind: string): Promise<KubeObject[]> {
    return this.#astrolabe.json(`/api/v1/resources?namespace=${namespace}&kind=${kind}`);
  }

  async graph(query: string): Promise<KubeObject[]> {
    const { nodes } = await this.#astrolabe.graph(`${query}&labels=true`);
    return [...nodes];
  }

  /** Waits until a resource has the status, and a message that has all the texts. */
  async says(namespace: string, resource: string, [status, ...texts]: readonly string[]): Promise<void> {
    const [kind = "", wanted] = resource.split(" ");
    await holds(async () => {
      const found = (await this.resources(namespace, kind)).find(({ name }) => name === wanted);
      assertEquals([resource, found?.status], [resource, status], found?.message);
      for (const text of texts) assertStringIncludes(found!.message, text);
    });
  }

  /** The targets of a resource's relations of a type, sorted. */
  async relations(namespace: string, type: string, source: string): Promise<string[]> {
    const { nodes, edges } = await this.#astrolabe.graph(`namespace=${namespace}`);
    const names = new Map(nodes.map(({ uid, kind, name }) => [uid, `${kind} ${name}`]));
    return edges.filter((edge) => edge.type === type && names.get(edge.from) === source)
      .map(({ to }) => names.get(to) ?? "").sort();
  }

  async problems(namespace: string, type: string): Promise<KubeObject[]> {
    const problems: KubeObject[] = await this.#astrolabe.json(`/api/v1/problems?namespace=${namespace}`);
    return problems.filter((problem) => problem.type === type);
  }

  /** The targets of all unresolved references, each once, sorted. */
  async unresolved(namespace: string): Promise<string[]> {
    const problems = await this.problems(namespace, "unresolved-reference");
    return [...new Set(problems.map(({ target }) => `${target.kind} ${target.name}`))].sort();
  }

  async release(namespace: string, name: string): Promise<KubeObject> {
    const releases: KubeObject[] = await this.#astrolabe.json("/api/v1/releases?detail=true");
    const release = releases.find((it) => it.namespace === namespace && it.name === name);
    assert(release, `no release ${namespace}/${name} in ${JSON.stringify(releases)}`);
    return release;
  }
}

const OTHER_LISTS: Readonly<Record<string, string>> = { Endpoints: "/api/v1/endpoints" };

function pathOf(namespace: string, kind: string): string {
  const list = LISTS[kind] ?? OTHER_LISTS[kind];
  assert(list, `no path is known for ${kind}`);
  return list.replace(/\/(?=[a-z]+$)/, `/namespaces/${namespace}/`);
}
