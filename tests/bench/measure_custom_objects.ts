/**
 * Compares custom resources with Pods that are read as JSON, on a real API server: objects with the same fields
 * and references, of 5 KB each. Prints the CPU time and the memory that they cost. Needs KUBEBUILDER_ASSETS.
 *
 *   deno run -A $(deno run -A scripts/jsr.ts) tests/bench/measure_custom_objects.ts [objects]
 */
import { ApiServer } from "../support/api_server.ts";
import { CustomResources, type Definition } from "../support/custom_resources.ts";
import { resident, start, synced } from "./measured_server.ts";

const [objects = 10_000] = Deno.args.map(Number);
const WIDGET: Definition = { group: "example.com", kind: "Widget", plural: "widgets" };
/** Widgets refer to what Pods do. The entry of Pod has no effect but to have Pods read as JSON. */
const CONFIGURATION = `
kinds:
  - apiVersion: example.com/v1
    kind: Widget
    references:
      - { type: uses-secret, to: { kind: Secret, name: "spec.volumes[*].secret.secretName" } }
      - { type: uses-configmap, to: { kind: ConfigMap, name: "spec.volumes[*].configMap.name" } }
      - { type: uses-sa, to: { kind: ServiceAccount, name: spec.serviceAccountName } }
    status: { ready: [Ready] }
  - apiVersion: v1
    kind: Pod
    references:
      - { type: follows, to: { kind: Pod, name: 'metadata.annotations["example.com/follows"]' } }
`;

function specOf(i: number) {
  return {
    serviceAccountName: "default",
    automountServiceAccountToken: false,
    volumes: [
      { name: "a", secret: { secretName: `secret-${i % 100}` } },
      { name: "b", configMap: { name: `settings-${i % 100}` } },
    ],
    containers: Array.from({ length: 3 }, (_, container) => ({
      name: `container-${container}`,
      image: "registry.example.com/team/image:1",
      env: Array.from(
        { length: 16 },
        (_, n) => ({ name: `VARIABLE_${n}`, value: `value of a variable ${n}` }),
      ),
    })),
  };
}

const status = {
  conditions: ["Ready", "Initialized", "PodScheduled"].map((type) => ({ type, status: "True" })),
};

async function create(server: ApiServer, custom: CustomResources, i: number): Promise<number> {
  const labels = { app: `app-${i % 50}`, "app.kubernetes.io/name": "name" };
  const metadata = { name: `object-${i}`, labels };
  const path = "/api/v1/namespaces/pods/pods";
  await server.request("POST", path, { metadata, spec: specOf(i) });
  await server.request("PATCH", `${path}/object-${i}/status`, { status });
  const made = await custom.create(WIDGET, {
    name: metadata.name,
    namespace: "widgets",
    metadata,
    spec: specOf(i),
    status,
  });
  return JSON.stringify(made).length;
}

const server = await ApiServer.start();
const custom = new CustomResources(server);
const file = `${server.folder}/configuration.yaml`;
try {
  await Deno.writeTextFile(file, CONFIGURATION);
  for (const name of ["none", "pods", "widgets"]) {
    await server.request("POST", "/api/v1/namespaces", { metadata: { name } });
    await server.request("POST", `/api/v1/namespaces/${name}/serviceaccounts`, {
      metadata: { name: "default" },
    });
  }
  await custom.define(WIDGET);
  let bytes = 0;
  await Promise.all(Array.from({ length: 8 }, async (_, worker) => {
    for (let i = worker; i < objects; i += 8) bytes = await create(server, custom, i);
  }));
  console.log(
    `${objects} Pods and ${objects} Widgets of ${bytes} bytes; load ${Deno.loadavg()[0]?.toFixed(1)}`,
  );

  const base = { seconds: 0, size: 0 };
  for (const namespace of ["none", "pods", "widgets", "none", "pods", "widgets"]) {
    const process = await start(server.kubeconfig(), `--config=${file}`, `--namespace=${namespace}`);
    const time = await synced(process, 1);
    const size = await resident(process);
    const { seconds } = await process.stop();
    if (namespace === "none") Object.assign(base, { seconds, size });
    const each = (size - base.size) * 1e6 / objects;
    console.log(
      `${namespace}: synced after ${(time / 1000).toFixed(2)} s, ${seconds.toFixed(2)} s of CPU ` +
        `(${(seconds - base.seconds).toFixed(2)} more), ${size.toFixed(1)} MB (${
          each.toFixed(0)
        } bytes an object)`,
    );
  }
} finally {
  await server.close();
}
