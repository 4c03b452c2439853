/**
 * helm installs the chart on a real API server with its controllers, and waits. The Pod that they make runs as
 * a process with the arguments, environment, files and token of its specification. It follows the cluster with
 * the rights of the chart, `helm test` finds it ready, and `kubectl astrolabe` finds its Service.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import { GATEWAY_GROUP } from "../../src/kinds/gateway_status.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { makeBundledProgram } from "../support/bundled_program.ts";
import { CHART } from "../support/chart.ts";
import { helm } from "../support/helm.ts";
import { holds } from "../support/holds.ts";
import { Kubelet, kubeletAvailable, type RunningPod } from "../support/kubelet.ts";
import type { Manifest } from "../support/kubectl.ts";
import { RedisServer } from "../support/redis_server.ts";
import { IMPORT_MAP } from "../support/import_map.ts";

const isAvailable = apiServerAvailable && await kubeletAvailable();
const skipped = isAvailable ? "" : " (skipped: it needs KUBEBUILDER_ASSETS, root, and the right to mount)";
const NAMESPACE = "tools";
const PASSWORD = "of-this-test";
const CONTROLLERS = [
  "deployment-controller",
  "replicaset-controller",
  "endpointslice-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "garbage-collector-controller",
];

Deno.test(`The installed chart${skipped}`, { ignore: !isAvailable }, async (test) => {
  const server = await ApiServer.start({ controllers: CONTROLLERS, serviceAccountAdmission: true });
  const redis = await RedisServer.start("--requirepass", PASSWORD);
  const { folder } = server;
  // Other users must reach the program in it.
  await Deno.chmod(folder, 0o755);
  const program = `${folder}/program`;
  await Deno.mkdir(program);
  const kubeconfig = server.kubeconfig();
  const run = (...args: string[]) => helm({ kubeconfig, folder }, ...args, `--namespace=${NAMESPACE}`);
  let kubelet: Kubelet | undefined;
  const hasPods = (count: number) =>
    holds(() => {
      kubelet?.check();
      assertEquals(kubelet?.pods.length, count);
    });
  const theOnlyPod = (): RunningPod => {
    assertEquals(kubelet?.pods.length, 1);
    return kubelet!.pods[0]!;
  };
  const step = async (name: string, work: () => Promise<void>) => {
    // Each step needs the ones before it.
    if (!await test.step(name, work)) throw new Error(`the step failed: ${name}`);
  };
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${theOnlyPod().port}${path}`);
    assertEquals(response.status, 200);
    return await response.json();
  };

  try {
    await makeBundledProgram(program, "0123456789abcdef");
    for (const name of [NAMESPACE, "shop"]) {
      const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
      await server.request("POST", "/api/v1/namespaces", { metadata: { name, labels } });
    }
    await server.request("POST", "/api/v1/namespaces/shop/configmaps", { metadata: { name: "settings" } });
    await server.request("POST", `/api/v1/namespaces/${NAMESPACE}/secrets`, {
      metadata: { name: "redis" },
      stringData: { address: `127.0.0.1:${redis.port}`, password: PASSWORD },
    });
    const values = `${folder}/values.yaml`;
    const reference = { type: "configured-by", to: { kind: "ConfigMap", name: "metadata.labels.settings" } };
    await Deno.writeTextFile(
      values,
      JSON.stringify({
        log: { verbosity: 2 },
        config: { kinds: [{ apiVersion: "v1", kind: "ServiceAccount", references: [reference] }] },
      }),
    );
    kubelet = new Kubelet(server, { namespace: NAMESPACE, program });

    await step("becomes ready", async () => {
      await run("install", "graph", CHART, "--wait", "--timeout=1m", `--values=${values}`);
      assertEquals(theOnlyPod().args, ["--v=2"]);
      assertEquals(theOnlyPod().env, { SHUTDOWN_DELAY: "5", CONFIG: "/etc/astrolabe/config.yaml" });
    });
    await step("follows every kind of the cluster with its own account", async () => {
      const answer: Manifest[] = await ask("/api/v1/kinds");
      const states = Object.groupBy(answer, ({ state }) => state);
      assertEquals(
        states["synced"]?.map(({ kind }) => kind).sort(),
        kinds.filter(({ group }) => group !== GATEWAY_GROUP).map(({ kind }) => kind).sort(),
      );
      assertEquals(Object.keys(states).sort(), ["absent", "synced"]);
    });
    await step("answers for its own release", async () => {
      const { nodes } = await ask(`/api/v1/graph?release=${NAMESPACE}/graph`);
      const found = nodes.map(({ kind }: Manifest) => kind);
      for (const kind of ["Deployment", "ReplicaSet", "Pod", "Service", "ClusterRole"]) {
        assertEquals(found.includes(kind), true, `${kind} is not in ${found}`);
      }
    });
    await step("reads the configuration of the values", async () => {
      await server.request("POST", "/api/v1/namespaces/shop/serviceaccounts", {
        metadata: { name: "reader", labels: { settings: "settings" } },
      });
      await holds(async () => {
        const { edges } = await ask("/api/v1/graph?namespace=shop");
        assertEquals(edges.map(({ type }: Manifest) => type).includes("configured-by"), true);
      });
    });
    await step("passes helm test", async () => {
      assertMatch(await run("test", "graph"), /Phase:\s+Succeeded/);
    });
    await step("is found by the plugin", async () => {
      const { code, output, errors } = await plugin({ kubeconfig, folder, port: theOnlyPod().port }, [
        ...["impact", "serviceaccount/graph-astrolabe", "-n", NAMESPACE],
      ]);
      assertEquals([code, errors], [0, ""]);
      assertStringIncludes(output, "Deployment/graph-astrolabe");
    });
    await step("is replaced without a gap by one that follows a namespace and saves in Redis", async () => {
      await run(
        ...[
          "upgrade",
          "graph",
          CHART,
          "--wait",
          "--timeout=1m",
          "--set=namespaces={shop},rbac.secrets=false",
        ],
        ...["--set=redis.mode=external,redis.existingSecret=redis,redis.external.addressKey=address"],
        "--set=redis.external.tls.enabled=false",
      );
      // The old one ends when the new one is ready.
      await hasPods(1);
      assertEquals(theOnlyPod().args, ["--namespace=shop"]);
      assertEquals(theOnlyPod().env["REDIS_ADDR"], `127.0.0.1:${redis.port}`);
      const answer: Manifest[] = await ask("/api/v1/kinds");
      const forbidden = answer.filter(({ state }) => state === "forbidden").map(({ kind }) => kind);
      assertEquals(forbidden.includes("Secret"), true);
      assertEquals(answer.find(({ kind }) => kind === "ConfigMap")?.state, "synced");
      await holds(() => assertStringIncludes(theOnlyPod().log(), "Successfully connected to Redis"));
    });
    await step("ends with the release", async () => {
      await run("uninstall", "graph", "--wait", "--timeout=1m");
      await hasPods(0);
    });
  } finally {
    try {
      await kubelet?.close();
    } finally {
      await redis[Symbol.asyncDispose]();
      await server.close();
    }
  }
});

interface PluginOptions {
  readonly kubeconfig: string;
  readonly folder: string;
  /** Where a forwarded port would lead. */
  readonly port: number;
}

/** Runs `kubectl astrolabe` with a kubectl whose port-forward leads to the process: there is no real kubelet. */
async function plugin({ kubeconfig, folder, port }: PluginOptions, args: readonly string[]) {
  const assets = Deno.env.get("KUBEBUILDER_ASSETS");
  const bin = `${folder}/bin`;
  await Deno.mkdir(bin);
  const script = `#!/bin/sh
case "$*" in
*"port-forward --namespace ${NAMESPACE} service/graph-astrolabe :8080"*)
  echo "Forwarding from 127.0.0.1:${port} -> 8080"
  exec sleep 60 ;;
*port-forward*) echo "it asks for another Service: $*" >&2; exit 1 ;;
esac
exec ${assets}/kubectl "$@"
`;
  await Deno.writeTextFile(`${bin}/kubectl`, script, { mode: 0o755 });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--allow-net", "--allow-env", "--allow-read", "--allow-run", ...IMPORT_MAP],
      ...["main.ts", "kubectl", ...args],
    ],
    env: { KUBECONFIG: kubeconfig, PATH: `${bin}:${Deno.env.get("PATH")}`, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, output: text(stdout), errors: text(stderr) };
}
