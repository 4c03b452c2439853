/**
 * The shipped rules on a real API server: the samples of each project, and whole releases as the operators of
 * databases, certificates, Argo CD and Prometheus make them.
 */
import { assertEquals } from "@std/assert";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { CustomResources, type Definition } from "../support/custom_resources.ts";
import { holds } from "../support/holds.ts";
import { PROJECTS, readSamples, type SampleDefinition, schemaOf } from "../support/shipped_samples.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const POSTGRES: Definition = { group: "postgresql.cnpg.io", kind: "Cluster", plural: "clusters" };
const samples = PROJECTS.map(readSamples);
const definitions = [
  ...samples.flatMap((it) => it.definitions.map(definitionOf)),
  POSTGRES,
];

function definitionOf({ version = "v1", fields, ...rest }: SampleDefinition): Definition {
  return { ...rest, versions: [version], schema: schemaOf(fields) };
}

interface Created {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly uid: string; readonly name: string; readonly namespace: string };
}

type NewObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
};

/** Creates objects in one namespace of the API server, with their status. */
class Namespace {
  readonly #server: ApiServer;
  readonly #name: string;

  constructor(server: ApiServer, name: string) {
    this.#server = server;
    this.#name = name;
  }

  async create(object: NewObject): Promise<Created> {
    const { apiVersion, kind, metadata, status } = object;
    const definition = definitions.find((it) => apiVersion.startsWith(`${it.group}/`) && it.kind === kind);
    const plural = definition?.plural ?? `${kind.toLowerCase()}s`;
    const within = definition?.scope === "Cluster" ? "" : `/namespaces/${this.#name}`;
    const path = `/${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}${within}/${plural}`;
    const created = await this.#server.request("POST", path, object) as Created;
    if (definition === undefined && status !== undefined) {
      await this.#server.request("PATCH", `${path}/${metadata.name}/status`, { status });
    }
    return created;
  }
}

/** Returns the metadata of a resource of a Helm release. */
function inRelease(release: string, namespace: string, labels = {}) {
  return {
    labels: { "app.kubernetes.io/managed-by": "Helm", ...labels },
    annotations: { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace },
  };
}

function ownedBy({ apiVersion, kind, metadata: { name, uid } }: Created) {
  return { ownerReferences: [{ apiVersion, kind, name, uid, controller: true }] };
}

function pod(name: string, metadata: object, { ready }: { ready: boolean }): NewObject {
  const status = ready ? "True" : "False";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...metadata },
    spec: { containers: [{ name: "main", image: "main" }], automountServiceAccountToken: false },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status }, { type: "ContainersReady", status }],
    },
  };
}

function workload(kind: "Deployment" | "StatefulSet", name: string, metadata: object): NewObject {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, ...metadata },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "main" }] } },
    },
    status: {
      observedGeneration: 1,
      replicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      updatedReplicas: 1,
    },
  };
}

function service(name: string, metadata: object): NewObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, ...metadata },
    spec: { ports: [{ port: 80 }] },
  };
}

/** Returns the nodes and edges of a release, each as one line. */
async function release(astrolabe: Astrolabe, name: string): Promise<{ nodes: string[]; edges: string[] }> {
  const { nodes, edges } = await astrolabe.graph(`release=${name}`);
  const names = new Map(nodes.map(({ uid, kind, name }) => [uid, `${kind} ${name}`]));
  return {
    nodes: nodes.map(({ kind, name, status }) => `${kind} ${name}: ${status}`).sort(),
    edges: edges.map(({ type, from, to }) => `${names.get(from)} ${type} ${names.get(to)}`).sort(),
  };
}

Deno.test(`Shipped rules on a real API server${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start();
  const custom = new CustomResources(server);
  await Promise.all(definitions.map((definition) => custom.define(definition)));
  const astrolabe = await Astrolabe.start(`--kubeconfig=${server.kubeconfig()}`, "--v=4");
  try {
    await test.step("The samples of each project have their status and references", async () => {
      const namespace = new Namespace(server, "default");
      const created = await Promise.all(
        samples.flatMap(({ objects }) => objects).map(async ({ object, status, references = [] }) => ({
          object: await namespace.create({ ...object }),
          status,
          // A selection is in no list of references.
          references: references.filter((text) =>
            text.split(" ").length - Number(text.endsWith(" optional")) === 3
          )
            .filter((text) => text.includes("/")).map((text) => text.replace(" optional", "")).sort(),
        })),
      );
      await holds(async () => {
        for (const { object: { kind, metadata: { uid, name } }, status, references } of created) {
          const found = await astrolabe.json(`/api/v1/resources/${uid}`);
          assertEquals(`${found.status}: ${found.message}`, status, `${kind} ${name}`);
          const made = found.relations.out.filter(({ type }: { type: string }) =>
            !["loads", "monitors"].includes(type)
          )
            .map((it: { type: string; resource: Target }) => describe(it.type, it.resource));
          const missing = found.unresolvedReferences.map((it: { type: string } & Target) =>
            describe(it.type, it)
          );
          const expected = references.map((text) => text.replace(/^(\S+ [^. ]+)\S*/, "$1"));
          assertEquals([...made, ...missing].sort(), expected.sort(), `${kind} ${name}`);
        }
      });
    });

    await test.step("A database is a whole release: what its operator makes belongs to it", async () => {
      await server.request("POST", "/api/v1/namespaces", { metadata: { name: "data" } });
      const namespace = new Namespace(server, "data");
      const cluster = await namespace.create({
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Cluster",
        metadata: { name: "orders", ...inRelease("orders", "data") },
        spec: { instances: 2 },
        status: {
          phase: "Waiting for the instances to become active",
          conditions: [{
            type: "Ready",
            status: "False",
            reason: "ClusterIsNotReady",
            message: "1 of 2 is ready",
          }],
        },
      });
      const owned = ownedBy(cluster);
      const objects = [
        pod("orders-1", owned, { ready: true }),
        pod("orders-2", owned, { ready: false }),
        service("orders-rw", owned),
        { apiVersion: "v1", kind: "Secret", metadata: { name: "orders-app", ...owned } },
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "orders", ...owned } },
      ];
      for (const object of objects) await namespace.create(object);
      await holds(async () => {
        const { nodes } = await release(astrolabe, "data/orders");
        assertEquals(nodes, [
          "Cluster orders: Pending",
          "Pod orders-1: Ready",
          "Pod orders-2: Pending",
          "Secret orders-app: Ready",
          "Service orders-rw: Ready",
          "ServiceAccount orders: Ready",
        ]);
        const releases = await astrolabe.json("/api/v1/releases?detail=true&namespace=data");
        assertEquals(releases.map(({ name, status, counts }: Sums) => [name, status, counts.pods]), [
          ["orders", "Pending", 2],
        ]);
      });
    });

    await test.step("A certificate is a whole release, down to the challenge that fails", async () => {
      await server.request("POST", "/api/v1/namespaces", { metadata: { name: "tls" } });
      const namespace = new Namespace(server, "tls");
      const issuerRef = { name: "letsencrypt" };
      const acme = "acme.cert-manager.io/v1";
      await namespace.create({
        apiVersion: "cert-manager.io/v1",
        kind: "Issuer",
        metadata: { ...inRelease("tls", "tls"), ...issuerRef },
        spec: { acme: { server: "https://acme.example.com", privateKeySecretRef: { name: "account" } } },
        status: { conditions: [{ type: "Ready", status: "True", reason: "ACMEAccountRegistered" }] },
      });
      const certificate = await namespace.create({
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: "shop", ...inRelease("tls", "tls") },
        spec: { secretName: "shop-tls", issuerRef },
        status: { conditions: [{ type: "Ready", status: "False", reason: "DoesNotExist" }] },
      });
      const request = await namespace.create({
        apiVersion: "cert-manager.io/v1",
        kind: "CertificateRequest",
        metadata: { name: "shop-1", ...ownedBy(certificate) },
        spec: { request: "", issuerRef },
        status: { conditions: [{ type: "Ready", status: "False", reason: "Pending" }] },
      });
      const order = await namespace.create({
        apiVersion: acme,
        kind: "Order",
        metadata: { name: "shop-1-1", ...ownedBy(request) },
        spec: { request: "", issuerRef },
        status: { state: "pending" },
      });
      await namespace.create({
        apiVersion: acme,
        kind: "Challenge",
        metadata: { name: "shop-1-1-1", ...ownedBy(order) },
        spec: { dnsName: "shop.example.com", issuerRef },
        status: { state: "invalid", reason: "no such record" },
      });
      await namespace.create({ apiVersion: "v1", kind: "Secret", metadata: { name: "account" } });
      await holds(async () => {
        assertEquals(await release(astrolabe, "tls/tls"), {
          nodes: [
            "Certificate shop: Pending",
            "CertificateRequest shop-1: Pending",
            "Challenge shop-1-1-1: Error",
            "Issuer letsencrypt: Ready",
            "Order shop-1-1: Pending",
            "Secret account: Ready",
          ],
          edges: [
            "Certificate shop issued-by Issuer letsencrypt",
            "Certificate shop owns CertificateRequest shop-1",
            "CertificateRequest shop-1 issued-by Issuer letsencrypt",
            "CertificateRequest shop-1 owns Order shop-1-1",
            "Challenge shop-1-1-1 issued-by Issuer letsencrypt",
            "Issuer letsencrypt uses-secret Secret account",
            "Order shop-1-1 issued-by Issuer letsencrypt",
            "Order shop-1-1 owns Challenge shop-1-1-1",
          ],
        });
      });
      // The Secret of a certificate is attached once it is issued.
      await namespace.create({ apiVersion: "v1", kind: "Secret", metadata: { name: "shop-tls" } });
      await holds(async () => {
        const { edges } = await release(astrolabe, "tls/tls");
        assertEquals(edges.includes("Certificate shop uses-secret Secret shop-tls"), true);
      });
    });

    await test.step("An Application of Argo CD leads to what it manages", async () => {
      await server.request("POST", "/api/v1/namespaces", { metadata: { name: "web" } });
      const labels = { "app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "shop" };
      const namespace = new Namespace(server, "web");
      const deployment = await namespace.create(workload("Deployment", "front", { labels }));
      await namespace.create(pod("front-1", ownedBy(deployment), { ready: true }));
      await namespace.create(service("front", { labels }));
      const application = await new Namespace(server, "default").create({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: { name: "front" },
        spec: {
          project: "default",
          destination: { server: "https://kubernetes.default.svc", namespace: "web" },
        },
        status: {
          health: { status: "Missing" },
          resources: ["Deployment", "Service", "ConfigMap"].map((kind) => ({
            group: kind === "Deployment" ? "apps" : "",
            version: "v1",
            kind,
            namespace: "web",
            name: "front",
          })),
        },
      });
      await holds(async () => {
        assertEquals((await release(astrolabe, "web/shop")).nodes, [
          "Deployment front: Ready",
          "Pod front-1: Ready",
          "Service front: Ready",
        ]);
        const { status, relations } = await astrolabe.json(`/api/v1/resources/${application.metadata.uid}`);
        assertEquals(status, "Error");
        assertEquals(
          relations.out.map((it: { type: string; resource: Target }) => describe(it.type, it.resource)),
          [
            "manages Deployment web/front",
            "manages Service web/front",
          ],
        );
      });
    });

    await test.step("The objects of kube-prometheus-stack are related", async () => {
      await server.request("POST", "/api/v1/namespaces", { metadata: { name: "monitoring" } });
      const namespace = new Namespace(server, "monitoring");
      const labels = { release: "stack" };
      const coreos = "monitoring.coreos.com/v1";
      const own = inRelease("stack", "monitoring", labels);
      const available = { conditions: ["Available", "Reconciled"].map((type) => ({ type, status: "True" })) };
      await namespace.create(service("stack-alertmanager", own));
      await namespace.create(
        service("stack-operator", { ...own, labels: { ...own.labels, app: "operator" } }),
      );
      const prometheus = await namespace.create({
        apiVersion: coreos,
        kind: "Prometheus",
        metadata: { name: "stack", ...own },
        spec: {
          serviceMonitorSelector: { matchLabels: labels },
          ruleSelector: { matchLabels: labels },
          alerting: {
            alertmanagers: [{ namespace: "monitoring", name: "stack-alertmanager", port: "http-web" }],
          },
        },
        status: available,
      });
      const set = await namespace.create(workload("StatefulSet", "prometheus-stack", ownedBy(prometheus)));
      await namespace.create(pod("prometheus-stack-0", ownedBy(set), { ready: true }));
      await namespace.create({
        apiVersion: coreos,
        kind: "ServiceMonitor",
        metadata: { name: "operator", ...own },
        spec: {
          selector: { matchLabels: { app: "operator" } },
          namespaceSelector: { matchNames: ["monitoring"] },
        },
      });
      await namespace.create({
        apiVersion: coreos,
        kind: "ServiceMonitor",
        metadata: { name: "front", ...own },
        spec: { selector: { matchLabels: labelsOfFront }, namespaceSelector: { matchNames: ["web"] } },
      });
      await namespace.create({
        apiVersion: coreos,
        kind: "PrometheusRule",
        metadata: { name: "alerts", ...own },
      });
      await holds(async () => {
        assertEquals(await release(astrolabe, "monitoring/stack"), {
          nodes: [
            "Pod prometheus-stack-0: Ready",
            "Prometheus stack: Ready",
            "PrometheusRule alerts: Ready",
            "Service stack-alertmanager: Ready",
            "Service stack-operator: Ready",
            "ServiceMonitor front: Ready",
            "ServiceMonitor operator: Ready",
            "StatefulSet prometheus-stack: Ready",
          ],
          edges: [
            "Prometheus stack alerts-through Service stack-alertmanager",
            "Prometheus stack loads PrometheusRule alerts",
            "Prometheus stack loads ServiceMonitor front",
            "Prometheus stack loads ServiceMonitor operator",
            "Prometheus stack owns StatefulSet prometheus-stack",
            "ServiceMonitor operator monitors Service stack-operator",
            "StatefulSet prometheus-stack owns Pod prometheus-stack-0",
          ],
        });
        // The Service of another release is monitored, but no part of this one.
        const { nodes, edges } = await astrolabe.graph("kind=ServiceMonitor&kind=Service&name=front");
        const kindOf = new Map(nodes.map(({ uid, kind, namespace }) => [uid, `${kind} in ${namespace}`]));
        assertEquals(edges.map(({ type, from, to }) => `${kindOf.get(from)} ${type} ${kindOf.get(to)}`), [
          "ServiceMonitor in monitoring monitors Service in web",
        ]);
      });
    });

    assertEquals(await astrolabe.stop(), 0);
    assertEquals(/Validated the graph.*differences=(\d+)/.exec(astrolabe.output)?.[1], "0");
  } finally {
    await astrolabe.stop();
    await server.close();
  }
});

const labelsOfFront = { "app.kubernetes.io/instance": "shop" };

interface Target {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

interface Sums {
  readonly name: string;
  readonly status: string;
  readonly counts: { readonly pods: number };
}

function describe(type: string, { kind, namespace, name }: Target): string {
  return `${type} ${kind} ${namespace}/${name}`;
}
