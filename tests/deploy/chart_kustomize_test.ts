/**
 * The chart and the manifests of kustomize make the same objects for the same choice. Four differences are
 * meant: the labels and annotations of Helm, the label of the release in every selector, a checksum where
 * kustomize has a hash in the name, and the namespace, which Helm does not create.
 */
import { assertEquals } from "@std/assert";
import { apiServerAvailable } from "../support/api_server.ts";
import { renderChart, type Values } from "../support/chart.ts";
import { makeOverlay, type Manifest, render } from "../support/kubectl.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

const SECRET = { existingSecret: "astrolabe-redis" };
const EXTERNAL = {
  mode: "external",
  ...SECRET,
  external: { addressKey: "address", usernameKey: "username" },
};
const REPLICAS = { replicas: 3 };

const CHOICES: readonly { readonly components: readonly string[]; readonly values: Values }[] = [
  { components: [], values: {} },
  { components: ["redis"], values: { redis: { mode: "single", ...SECRET } } },
  {
    components: ["redis", "backup"],
    values: { redis: { mode: "single", ...SECRET, backup: { enabled: true } } },
  },
  { components: ["redis-external"], values: { redis: EXTERNAL } },
  {
    components: ["redis-external", "redis-external-ca"],
    values: { redis: { ...EXTERNAL, external: { ...EXTERNAL.external, tls: { caKey: "ca.crt" } } } },
  },
  { components: ["namespaced"], values: { namespaces: ["default"] } },
  { components: ["replicas"], values: REPLICAS },
  {
    components: ["replicas", "redis-sentinel"],
    values: { ...REPLICAS, redis: { mode: "sentinel", ...SECRET } },
  },
  {
    components: ["replicas", "redis-sentinel", "redis-sentinel-tls"],
    values: { ...REPLICAS, redis: { mode: "sentinel", ...SECRET, tlsSecret: "astrolabe-redis-tls" } },
  },
  {
    components: ["replicas", "redis-sentinel", "backup-sentinel"],
    values: { ...REPLICAS, redis: { mode: "sentinel", ...SECRET, backup: { enabled: true } } },
  },
  {
    components: ["redis-sentinel", "backup-sentinel", "redis-sentinel-tls"],
    values: {
      redis: { mode: "sentinel", ...SECRET, tlsSecret: "astrolabe-redis-tls", backup: { enabled: true } },
    },
  },
  { components: ["access"], values: { auth: { mode: "kubernetes" } } },
  {
    components: ["monitoring"],
    values: { serviceMonitor: { enabled: true }, prometheusRule: { enabled: true } },
  },
];

for (const { components, values } of CHOICES) {
  Deno.test(
    `Chart, makes the objects of ${["base", ...components].join(" + ")}${skipped}`,
    { ignore: !apiServerAvailable },
    async () => {
      const overlay = await makeOverlay(components);
      const [expected, made] = await Promise.all([render(overlay), renderChart(values)]);
      await Deno.remove(overlay, { recursive: true });
      assertEquals(compared(made.filter((manifest) => !isHook(manifest))), compared(expected));
    },
  );
}

Deno.test("Chart, is compared with every component", () => {
  const compared = [...CHOICES.flatMap(({ components }) => components), "custom-resources"];
  const all = [...Deno.readDirSync("deploy/kubernetes/components")].map(({ name }) => name);
  assertEquals(all.filter((name) => !compared.includes(name)), []);
});

Deno.test(
  `Chart, makes the alias of deploy/kubernetes/grafana${skipped}`,
  { ignore: !apiServerAvailable },
  async () => {
    const values = { service: { alias: { enabled: true, namespace: "monitoring" } } };
    const made = (await renderChart(values)).filter(({ metadata }) => metadata.namespace === "monitoring");
    assertEquals(compared(made), compared(await render("deploy/kubernetes/grafana")));
  },
);

Deno.test(
  `Chart, grants the groups of the component custom-resources${skipped}`,
  { ignore: !apiServerAvailable },
  async () => {
    const overlay = await makeOverlay(["custom-resources"]);
    const groups = ["acme.cert-manager.io", "cert-manager.io"];
    const [expected, made] = await Promise.all([
      render(overlay),
      renderChart({ rbac: { customResources: groups } }),
    ]);
    await Deno.remove(overlay, { recursive: true });
    const rules = (manifests: Manifest[]) =>
      manifests.filter(({ kind }) => kind === "ClusterRole").flatMap(({ rules }) => rules);
    assertEquals(sortedByText(rules(made)), sortedByText(rules(expected)));
  },
);

function isHook({ metadata }: Manifest): boolean {
  return metadata.annotations?.["helm.sh/hook"] !== undefined;
}

/** Returns the objects by kind, namespace and name, without the differences that are meant. */
function compared(manifests: readonly Manifest[]): Record<string, Manifest> {
  const objects = manifests
    .filter(({ kind }) => kind !== "Namespace")
    .map((manifest) => {
      const { kind, metadata: { name, namespace } } = manifest;
      const key = `${kind} ${namespace ?? ""}/${withoutHash(name)}`;
      const metadata = LABELLED.includes(kind) ? manifest.metadata : { ...manifest.metadata, labels: {} };
      return [key, normalized({ ...manifest, metadata })] as const;
    });
  return Object.fromEntries(objects.toSorted(([left], [right]) => left < right ? -1 : 1));
}

const OF_HELM = /^(helm\.sh\/|app\.kubernetes\.io\/(instance|managed-by|version)$|checksum\/)/;
/** kustomize's own label, which its Pods and a few of its objects do not have. */
const OF_KUSTOMIZE = "app.kubernetes.io/part-of";
/** What the API server sets if a manifest does not. */
const DEFAULTS: Record<string, unknown> = {
  imagePullPolicy: "IfNotPresent",
  revisionHistoryLimit: 10,
  type: "ClusterIP",
};
/** The kinds whose labels kustomize and clients read. The chart labels the others too. */
const LABELLED = ["CronJob", "Deployment", "Service", "ServiceMonitor", "StatefulSet"];
const UNORDERED = ["env", "volumes", "volumeMounts"];
const LABELS = ["labels", "annotations", "matchLabels", "selector"];

function normalized(value: Manifest, field = ""): Manifest {
  if (Array.isArray(value)) {
    const items = value.map((item) => normalized(item));
    if (UNORDERED.includes(field)) return items.toSorted(byName);
    return field === "rules" ? sortedByText(items) : items;
  }
  if (typeof value === "string") return withoutHash(value);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([name, content]) =>
    content !== DEFAULTS[name] &&
    !(LABELS.includes(field) && (OF_HELM.test(name) || name === OF_KUSTOMIZE))
  ).map(([name, content]) => [name, normalized(content as Manifest, name)] as const)
    .filter(([name, content]) =>
      !(["labels", "annotations", "matchLabels"].includes(name) && Object.keys(content).length === 0)
    );
  return Object.fromEntries(entries.toSorted(([left], [right]) => left < right ? -1 : 1));
}

/** kustomize appends a hash of the content to the name of a ConfigMap. */
function withoutHash(name: string): string {
  return name.replace(/^(astrolabe-redis)-[a-z0-9]{10}$/, "$1");
}

function byName(left: Manifest, right: Manifest): number {
  return left.name < right.name ? -1 : 1;
}

function sortedByText(items: readonly Manifest[]): Manifest[] {
  return items.toSorted((left, right) => JSON.stringify(left) < JSON.stringify(right) ? -1 : 1);
}
