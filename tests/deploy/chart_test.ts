/** The chart as helm sees it without a cluster: its metadata, values, schema, messages and package. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { load } from "js-yaml";
import project from "../../deno.json" with { type: "json" };
import { readValues, schemaOf, tableOf } from "../../scripts/chart_values.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { apiServerAvailable } from "../support/api_server.ts";
import { CHART, chartOfVersion, renderChart, runHelm, tryChart, type Values } from "../support/chart.ts";
import { VALUE_SETS } from "../support/chart_values.ts";
import type { Manifest } from "../support/kubectl.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const options = { ignore: !apiServerAvailable };
const read = (name: string) => Deno.readTextFileSync(`${CHART}/${name}`);

const values = readValues(read("values.yaml"));

Deno.test("Chart, has the version of the program", () => {
  const { version, appVersion } = load(read("Chart.yaml")) as Manifest;
  assertEquals([version, appVersion], [project.version, project.version]);
});

Deno.test("Chart, its schema follows from its values; `deno task chart` writes it", () => {
  assertEquals(JSON.parse(read("values.schema.json")), schemaOf(values));
});

Deno.test("Chart, the table of its README follows from its values; `deno task chart` writes it", () => {
  const cells = (table: string) => table.split("\n").filter((line) => /^\| `/.test(line)).map(withoutPadding);
  assertEquals(cells(read("README.md")), cells(tableOf(values)));
});

Deno.test("Chart, its value sets use every value", () => {
  const used = new Set(Object.values(VALUE_SETS).flatMap((set) => paths(set)));
  const covers = (path: string) => Array.from(used).some((it) => it === path || it.startsWith(`${path}.`));
  const unused = values.map(({ path }) => path.join(".")).filter((path) => !covers(path));
  // Their defaults are used everywhere.
  const asBefore = [
    "securityContext",
    "hostNetwork",
    "httpRoute.matches",
    "dashboards.labels",
    "redis.image",
    "redis.podSecurityContext",
    "redis.securityContext",
    "redis.sentinelResources",
    "redis.backup.storage.storageClassName",
    "redis.backup.storage.accessModes",
    "redis.backup.resources",
  ];
  assertEquals(unused.filter((path) => !asBefore.includes(path)), []);
});

Deno.test(`Chart, lint --strict finds nothing${skipped}`, options, async () => {
  const { success, output } = await runHelm(["lint", "--strict", CHART]);
  assert(success, output);
  assertStringIncludes(output, "0 chart(s) failed");
});

const REFUSED: readonly (readonly [values: Values, message: RegExp])[] = [
  [{ replica: 2 }, /'replica' not allowed/],
  [{ redis: { mode: "sentinels" } }, /\/redis\/mode.* must be one of 'none', 'single'/],
  [{ redis: { external: { tls: { enable: true } } } }, /'enable' not allowed/],
  [{ service: { port: "8080" } }, /\/service\/port.*got string, want integer/],
  [{ image: { digest: "sha256:12" } }, /\/image\/digest.* does not match pattern/],
  [{ rbac: { customResources: ["*"] } }, /\/rbac\/customResources/],
  [{ ingress: { hosts: [{ name: "a" }] } }, /missing property 'host'/],
  [
    { redis: { backup: { enabled: true } } },
    /redis\.backup\.enabled: it needs redis\.mode=single or sentinel/,
  ],
  [{ redis: { mode: "single", tlsSecret: "a" } }, /redis\.tlsSecret: it needs redis\.mode=sentinel/],
  [{ redis: { mode: "external" } }, /redis\.mode=external needs address, addressKey or sentinels/],
  [{ redis: { mode: "external", external: { addressKey: "a" } } }, /redis\.existingSecret: .* name it/],
  [
    { redis: { mode: "external", external: { address: "a", cluster: true, sentinels: ["b"] } } },
    /a Redis Cluster has no Sentinels/,
  ],
  [
    { redis: { mode: "external", external: { address: "a", tls: { caKey: "b" } } } },
    /name the Secret that has caKey/,
  ],
  [
    { redis: { mode: "external", existingSecret: "s", external: { address: "a", tls: { certKey: "b" } } } },
    /certKey: it needs keyKey/,
  ],
  [{ redis: { mode: "single", maxmemory: "512mb" } }, /512Mi is less than twice redis\.maxmemory \(512mb\)/],
  [{ auth: { mode: "token" } }, /auth\.existingSecret: name the Secret/],
  [{ config: { kinds: [] }, existingConfigMap: "a" }, /existingConfigMap: it contradicts config/],
  [{ httpRoute: { enabled: true } }, /httpRoute\.parentRefs: name the Gateway/],
  [{ service: { alias: { enabled: true } } }, /name another namespace/],
  [
    { prometheusRule: { enabled: true }, resources: { limits: { memory: "0.5Gi" } } },
    /resources\.limits\.memory: 0\.5Gi must be a whole number/,
  ],
];

for (const [values, message] of REFUSED) {
  Deno.test(`Chart, refuses ${JSON.stringify(values)}${skipped}`, options, async () => {
    const { success, errors } = await tryChart(values);
    assert(!success, "it is rendered");
    assertMatch(errors, message);
  });
}

Deno.test(`Chart, what it sets is understood by the program${skipped}`, options, async () => {
  const sets = Object.entries(VALUE_SETS).filter(([, { extraArgs }]) => extraArgs === undefined);
  const rendered = await Promise.all(sets.map(([, values]) => renderChart(values)));
  const known = (await Astrolabe.run("--help")).output;
  for (const manifests of rendered) {
    const { args = [], env = [] } = containerOf(manifests);
    const flags = args.map((arg: string) => arg.replace(/=.*/, ""));
    const names = env.map(({ name }: Manifest) => name).filter((name: string) => name !== "RELEASE");
    assertEquals([...flags, ...names].filter((name: string) => !known.includes(name)), []);
  }
});

Deno.test(
  `Chart, its rights without Secrets are those with Secrets but one line${skipped}`,
  options,
  async () => {
    const resources = async (values: Values) =>
      (await renderChart(values)).filter(({ kind }) => kind === "ClusterRole")
        .flatMap(({ rules }) => rules).flatMap(({ resources }: Manifest) => resources);
    const all = await resources({});
    const without = await resources({ rbac: { secrets: false } });
    assertEquals(all.filter((name) => !without.includes(name)), ["secrets"]);
    assertEquals(without.length, all.length - 1);
  },
);

Deno.test(`Chart, the alerts know the memory of the values${skipped}`, options, async () => {
  const manifests = await renderChart({
    prometheusRule: { enabled: true, runbookUrl: "https://docs.example.com" },
    resources: { limits: { memory: "1Gi" } },
    redis: { mode: "single", maxmemory: "512mb", resources: { limits: { memory: "1Gi" } } },
  });
  const [{ spec }] = manifests.filter(({ kind }) => kind === "PrometheusRule");
  const rules: Manifest[] = spec.groups.flatMap(({ rules }: Manifest) => rules);
  const recorded = rules.filter(({ record }) => record).map(({ record, expr }) => [record, expr]);
  assertEquals(recorded, [
    ["astrolabe:memory_limit:bytes", `vector(${2 ** 30})`],
    ["astrolabe:redis_maxmemory:bytes", `vector(${2 ** 29})`],
  ]);
  const urls = rules.flatMap(({ annotations }) => annotations?.runbook_url ?? []);
  assert(urls.length > 5);
  assertEquals(urls.filter((url) => !url.startsWith("https://docs.example.com/operations.md#")), []);
  const [{ data }] = manifests.filter(({ kind, data }) => kind === "ConfigMap" && data["redis.conf"]);
  assertMatch(data["redis.conf"], /^maxmemory 512mb$/m);
});

Deno.test(`Chart, a new version of it restarts no Redis${skipped}`, options, async () => {
  const folder = await Deno.makeTempDir({ prefix: "astrolabe-chart-" });
  try {
    const next = await chartOfVersion(folder, "9.9.9");
    const pods = async (chart: string) =>
      (await renderChart({ redis: { mode: "single", existingSecret: "s" } }, { chart }))
        .filter(({ kind }) => kind === "StatefulSet").map(({ spec }) => spec.template);
    assertEquals(await pods(next), await pods(CHART));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(`Chart, its package has every file that it reads${skipped}`, options, async () => {
  const folder = await Deno.makeTempDir({ prefix: "astrolabe-chart-" });
  try {
    const { success, stderr } = await new Deno.Command(`${Deno.env.get("KUBEBUILDER_ASSETS")}/helm`, {
      args: ["package", CHART, "--destination", folder],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const chart = `${folder}/astrolabe-${project.version}.tgz`;
    const values = {
      redis: { mode: "sentinel", existingSecret: "s" },
      prometheusRule: { enabled: true },
      dashboards: { enabled: true },
    };
    assertEquals(await renderChart(values, { chart }), await renderChart(values));
    const listed = await new Deno.Command("tar", { args: ["-tzf", chart] }).output();
    assert(!new TextDecoder().decode(listed.stdout).includes("kustomization"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

function containerOf(manifests: readonly Manifest[]): Manifest {
  return manifests.find(({ kind }) => kind === "Deployment")?.spec.template.spec.containers[0];
}

/** Returns the paths of all values in a set, from the outside to the inside. */
function paths(set: Values, prefix = ""): string[] {
  return Object.entries(set).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    const isMapping = typeof value === "object" && value !== null && !Array.isArray(value);
    return isMapping ? [path, ...paths(value as Values, `${path}.`)] : [path];
  });
}

function withoutPadding(row: string): string {
  return row.replaceAll(/ +/g, " ");
}
