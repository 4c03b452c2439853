/**
 * A real API server accepts the manifests without a warning, and their Pods meet the rules of their
 * namespace.
 */
import { assertMatch } from "@std/assert";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { kubectl, makeOverlay, render } from "../support/kubectl.ts";
import { podTemplates } from "../support/pod_templates.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

const OVERLAYS: readonly (readonly string[])[] = [
  [],
  ["redis"],
  ["redis", "backup"],
  ["redis-external"],
  ["redis-external", "redis-external-ca"],
  ["namespaced"],
  ["namespaced", "redis", "backup"],
  ["access"],
  ["access", "replicas", "redis-sentinel"],
  ["replicas"],
  ["replicas", "redis-sentinel"],
  ["replicas", "redis-sentinel", "redis-sentinel-tls"],
  ["redis-sentinel", "backup-sentinel"],
  ["redis-sentinel", "backup-sentinel", "redis-sentinel-tls"],
  ["replicas", "redis-external"],
];

Deno.test(`Manifests on a real API server${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start();
  const apply = (folder: string, ...options: string[]) =>
    kubectl(
      ...["apply", `--kubeconfig=${server.kubeconfig()}`, "--server-side", "--warnings-as-errors"],
      ...["-k", folder, ...options],
    );
  try {
    // A dry run in a namespace needs the namespace.
    await apply("deploy/kubernetes/base");
    for (const components of OVERLAYS) {
      const name = ["base", ...components].join(" + ");
      const overlay = await makeOverlay(components);
      await test.step(`Manifests, ${name} is taken without a warning`, async () => {
        await apply(overlay, "--dry-run=server");
      });
      await test.step(`Manifests, the Pods of ${name} may run in their namespace`, async () => {
        const pods = (await render(overlay)).flatMap(podTemplates);
        for (const pod of pods) {
          const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods?dryRun=All`;
          await server.request("POST", path, pod);
        }
      });
      await Deno.remove(overlay, { recursive: true });
    }
    for (const overlay of ["with-redis", "ha"]) {
      await test.step(`Manifests, ${overlay} is taken without a warning`, async () => {
        await apply(`deploy/kubernetes/${overlay}`, "--dry-run=server");
      });
    }
    await test.step("Manifests, grafana is taken without a warning", async () => {
      await server.request("POST", "/api/v1/namespaces", { metadata: { name: "monitoring" } });
      await apply("deploy/kubernetes/grafana");
    });
    await test.step("Manifests, a Pod that runs as root may not run in their namespace", async () => {
      const [pod] = (await render("deploy/kubernetes/base")).flatMap(podTemplates);
      pod.spec.securityContext.runAsNonRoot = false;
      const refusal = await server
        .request("POST", "/api/v1/namespaces/astrolabe-system/pods?dryRun=All", pod)
        .catch((error: Error) => error.message);
      assertMatch(String(refusal), /violates PodSecurity/);
    });
  } finally {
    await server.close();
  }
});
