/** The Service under which the Grafana app calls Astrolabe, and the label that lets Grafana in. */
import { assert, assertEquals } from "@std/assert";
import { load, loadAll } from "js-yaml";
import { apiServerAvailable } from "../support/api_server.ts";
import { type Manifest, render } from "../support/kubectl.ts";
import { commands, readPage } from "../support/markdown.ts";

const [alias] = loadAll(Deno.readTextFileSync("deploy/kubernetes/grafana/service.yaml")) as Manifest[];
const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

Deno.test("Grafana's Service, leads to the Service of Astrolabe", () => {
  const [service] = loadAll(Deno.readTextFileSync("deploy/kubernetes/base/service.yaml")) as Manifest[];
  const { name, namespace } = service.metadata;
  assertEquals(alias.spec.type, "ExternalName");
  assertEquals(alias.spec.externalName, `${name}.${namespace}.svc.cluster.local`);
});

Deno.test("Grafana's Service, has the host of the app's URL, on the port that Astrolabe's Service has", () => {
  const [service] = loadAll(Deno.readTextFileSync("deploy/kubernetes/base/service.yaml")) as Manifest[];
  const [, host, port] = /always calls `http:\/\/(\w+):(\d+)`/.exec(readPage("docs/grafana.md")) ?? [];
  assertEquals(alias.metadata.name, host);
  assertEquals(service.spec.ports.map(({ port }: Manifest) => `${port}`), [port]);
});

Deno.test("Grafana page, sets the label that the NetworkPolicy asks for", () => {
  const policy = load(Deno.readTextFileSync("deploy/kubernetes/base/network_policy.yaml")) as Manifest;
  const labels = policy.spec.ingress.flatMap(({ from }: Manifest) => from)
    .flatMap(({ namespaceSelector }: Manifest) => Object.entries(namespaceSelector?.matchLabels ?? {}))
    .map((label: [string, string]) => label.join("="));
  const command = commands(readPage("docs/grafana.md")).find((line) => line.startsWith("kubectl label"));
  assert(labels.some((label: string) => command?.endsWith(` ${label}`)), command);
});

Deno.test(
  `Grafana's Service, is in the namespace that the page names${skipped}`,
  { ignore: !apiServerAvailable },
  async () => {
    const manifests = await render("deploy/kubernetes/grafana");
    assertEquals(manifests.map(({ kind, metadata }) => [kind, metadata.namespace]), [[
      "Service",
      "monitoring",
    ]]);
  },
);
