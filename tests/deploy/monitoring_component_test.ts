/** The component `monitoring`, rendered: its ServiceMonitor finds Astrolabe, and nothing else. */
import { assertEquals } from "@std/assert";
import { apiServerAvailable } from "../support/api_server.ts";
import { makeOverlay, type Manifest, render } from "../support/kubectl.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

Deno.test(`Component monitoring${skipped}`, { ignore: !apiServerAvailable }, async (t) => {
  const overlay = await makeOverlay(["redis", "backup", "monitoring"]);
  const manifests = await render(overlay);
  await Deno.remove(overlay, { recursive: true });
  const [monitor] = ofKind(manifests, "ServiceMonitor");
  const selected = ofKind(manifests, "Service").filter(({ metadata }) =>
    Object.entries(monitor.spec.selector.matchLabels).every(([label, value]) =>
      metadata.labels?.[label] === value
    )
  );

  await t.step("selects the Service of Astrolabe alone", () => {
    assertEquals(selected.map(({ metadata }) => metadata.name), ["astrolabe"]);
  });
  await t.step("asks a port that the Service has", () => {
    const ports = selected.flatMap(({ spec }) => spec.ports).map(({ name }: Manifest) => name);
    assertEquals(ports, monitor.spec.endpoints.map(({ port }: Manifest) => port));
  });
  await t.step("puts everything where Astrolabe is", () => {
    const ours = [...ofKind(manifests, "ServiceMonitor"), ...ofKind(manifests, "PrometheusRule")];
    assertEquals(ours.map(({ metadata }) => metadata.namespace), ["astrolabe-system", "astrolabe-system"]);
  });
});

function ofKind(manifests: readonly Manifest[], kind: string): Manifest[] {
  return manifests.filter((it) => it.kind === kind);
}
