/**
 * A real API server accepts what the chart makes of many values, strictly and without a warning, and its Pods
 * meet the Pod Security Standard `restricted`. helm installs, upgrades, rolls back and removes a release.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { CHART, chartOfVersion, renderChart } from "../support/chart.ts";
import { VALUE_SETS } from "../support/chart_values.ts";
import { installGatewayApi } from "../support/gateway_api.ts";
import { helm } from "../support/helm.ts";
import { holds } from "../support/holds.ts";
import { kubectlWith, type Manifest } from "../support/kubectl.ts";
import { podTemplates } from "../support/pod_templates.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const NAMESPACE = "astrolabe-system";
const AT_ONCE = 4;

Deno.test(`Chart on a real API server${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start();
  const kubeconfig = server.kubeconfig();
  try {
    await prepare(server);

    await test.step(`${Object.keys(VALUE_SETS).length} sets of values, are accepted`, async () => {
      assert(Object.keys(VALUE_SETS).length >= 25);
      const failures: string[] = [];
      await inParallel(Object.entries(VALUE_SETS), async ([name, values]) => {
        try {
          const manifests = await renderChart(values, { namespace: NAMESPACE });
          const list = { apiVersion: "v1", kind: "List", items: manifests };
          const options = ["--server-side", "--dry-run=server", "--validate=strict", "--warnings-as-errors"];
          await kubectlWith(
            JSON.stringify(list),
            ...["apply", `--kubeconfig=${kubeconfig}`, ...options, "-f", "-"],
          );
          for (const pod of manifests.flatMap(podTemplates)) {
            await server.request("POST", `/api/v1/namespaces/${NAMESPACE}/pods?dryRun=All`, pod);
          }
        } catch (error) {
          failures.push(`${name}: ${(error as Error).message}`);
        }
      });
      assertEquals(failures, []);
    });

    await test.step("A value that no Pod has, is refused", async () => {
      const manifests = await renderChart({ podSecurityContext: { runAsNonRot: true } });
      const list = { apiVersion: "v1", kind: "List", items: manifests };
      const refusal = await kubectlWith(
        JSON.stringify(list),
        ...["apply", `--kubeconfig=${kubeconfig}`, "--server-side", "--dry-run=server", "-f", "-"],
      ).catch((error: Error) => error.message);
      assertMatch(refusal, /runAsNonRot/);
    });

    const run = (...args: string[]) =>
      helm({ kubeconfig, folder: server.folder }, ...args, `--namespace=${NAMESPACE}`);
    const names = async () => {
      const secrets = await list(server, `/api/v1/namespaces/${NAMESPACE}/secrets?fieldSelector=type=Opaque`);
      const workloads = await Promise.all(
        ["deployments", "statefulsets"].map((kind) =>
          list(server, `/apis/apps/v1/namespaces/${NAMESPACE}/${kind}`)
        ),
      );
      return [...secrets, ...workloads.flat()].map(({ metadata }) => metadata.name);
    };
    const password = async () => {
      const path = `/api/v1/namespaces/${NAMESPACE}/secrets/astrolabe-redis`;
      return (await server.request("GET", path) as Manifest).data.password;
    };
    let first = "";

    await test.step("Release, an earlier version is installed with a password of its own", async () => {
      const earlier = await chartOfVersion(server.folder, "0.0.9");
      await run("install", "astrolabe", earlier, "--set=redis.mode=single");
      assertEquals(await names(), ["astrolabe-redis", "astrolabe", "astrolabe-redis"]);
      first = await password();
      assertEquals(atob(first).length, 48);
    });
    await test.step("Release, notes name what to open next", async () => {
      const notes = await run("get", "notes", "astrolabe");
      assertStringIncludes(notes, "kubectl astrolabe problems -A");
      assertStringIncludes(notes, `--namespace ${NAMESPACE} port-forward service/astrolabe 8080:8080`);
      assertStringIncludes(notes, "The password of Redis is in the Secret astrolabe-redis.");
    });
    await test.step("Release, an upgrade changes it and keeps the password", async () => {
      const more = ["--set=redis.mode=single,redis.backup.enabled=true,replicas=2,ingress.enabled=true"];
      await run("upgrade", "astrolabe", CHART, ...more);
      const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/astrolabe`;
      const { spec, metadata } = await server.request("GET", path) as Manifest;
      assertEquals(spec.replicas, 2);
      assertEquals(
        metadata.labels["helm.sh/chart"],
        `astrolabe-${spec.template.spec.containers[0].image.split(":")[1]}`,
      );
      assertEquals(await password(), first);
      const notes = await run("get", "notes", "astrolabe");
      assertStringIncludes(notes, "WARNING: the NetworkPolicy admits only");
      assertStringIncludes(notes, "curl -s http://astrolabe.example.com/api/v1/causes");
    });
    await test.step("Release, a rollback leads back", async () => {
      await run("rollback", "astrolabe", "1");
      const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/astrolabe`;
      const { spec, metadata } = await server.request("GET", path) as Manifest;
      assertEquals([spec.replicas, metadata.labels["helm.sh/chart"]], [1, "astrolabe-0.0.9"]);
      assertEquals(await password(), first);
    });
    await test.step("Release, an uninstall leaves the password and the dumps", async () => {
      await run("uninstall", "astrolabe");
      await holds(async () => assertEquals(await names(), ["astrolabe-redis"]));
      const roles = await list(server, "/apis/rbac.authorization.k8s.io/v1/clusterroles");
      assertEquals(roles.filter(({ metadata }) => metadata.name === "astrolabe"), []);
    });
    await test.step("Release, installed again it takes the password that stayed", async () => {
      await run("install", "astrolabe", CHART, "--set=redis.mode=sentinel");
      assertEquals(await password(), first);
    });
  } finally {
    await server.close();
  }
});

Deno.test(`Chart, what no upgrade can change is as it was in 0.1.0${skipped}`, {
  ignore: !apiServerAvailable,
}, async () => {
  const secret = { existingSecret: "s" };
  const [single, sentinel] = await Promise.all([
    renderChart({ redis: { mode: "single", ...secret, backup: { enabled: true } } }),
    renderChart({ redis: { mode: "sentinel", ...secret } }),
  ]);
  const fixed = [...single, ...sentinel]
    .filter(({ kind }) => ["Deployment", "StatefulSet", "PersistentVolumeClaim"].includes(kind))
    .map(({ kind, metadata, spec }) => {
      const { selector, serviceName, podManagementPolicy, volumeClaimTemplates } = spec;
      const ofWorkload = { selector, serviceName, podManagementPolicy, volumeClaimTemplates };
      return { kind, name: metadata.name, ...(kind === "PersistentVolumeClaim" ? { spec } : ofWorkload) };
    });
  const expected = await Deno.readTextFile("tests/fixtures/chart/immutable_0_1_0.json");
  assertEquals(JSON.parse(JSON.stringify(fixed)), JSON.parse(expected));
});

/** Creates the namespaces and the kinds that value sets name. */
async function prepare(server: ApiServer): Promise<void> {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await server.request("POST", "/api/v1/namespaces", { metadata: { name: NAMESPACE, labels } });
  await server.request("POST", "/api/v1/namespaces", { metadata: { name: "shop" } });
  await server.request("POST", "/apis/node.k8s.io/v1/runtimeclasses", {
    metadata: { name: "gvisor" },
    handler: "runsc",
  });
  await installGatewayApi(server);
  for (
    const [kind, plural] of [["ServiceMonitor", "servicemonitors"], ["PrometheusRule", "prometheusrules"]]
  ) {
    const group = "monitoring.coreos.com";
    const schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    await server.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { kind, plural },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    });
    await holds(() => server.request("GET", `/apis/${group}/v1/${plural}`));
  }
}

async function list(server: ApiServer, path: string): Promise<Manifest[]> {
  return (await server.request("GET", path) as Manifest).items;
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const one = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}
