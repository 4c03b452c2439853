/**
 * Astrolabe with the rights of its manifests, on a real API server with RBAC: every kind syncs, and Astrolabe
 * requests nothing that is not granted.
 */
import { assertEquals } from "@std/assert";
import { GATEWAY_GROUP } from "../../src/kinds/gateway_status.ts";
import { kinds } from "../../src/kinds/registry.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { kubectl, makeOverlay, type Manifest } from "../support/kubectl.ts";
import { RecordingProxy } from "../support/recording_proxy.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

/** The kinds that an API server serves without any CustomResourceDefinition. */
const served = kinds.filter(({ group }) => group !== GATEWAY_GROUP);

interface Seen {
  /** Kinds by state. */
  readonly states: Partial<Record<string, string[]>>;
  /** `GET path accept`, each once, sorted. */
  readonly asked: readonly string[];
  /** Status codes other than 200, each once. */
  readonly refused: readonly number[];
}

/** Kubernetes lets every authenticated client read what is served. */
const DISCOVERY = "GET /apis";

Deno.test(`Least access, the ClusterRole${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const { states, asked, refused } = await see([]);
  await test.step("Astrolabe, syncs every kind with the ClusterRole", () => {
    const absent = kinds.filter((kind) => !served.includes(kind));
    assertEquals(states, { synced: namesOf(served), absent: namesOf(absent) });
  });
  await test.step("Astrolabe, asks for nothing that the ClusterRole does not grant", () => {
    assertEquals(refused, [404]);
  });
  await test.step("Astrolabe, asks for the registered kinds and what is served, and for some of them as metadata", () => {
    const expected = kinds.map(({ group, version, plural, metadataOnly }) =>
      `GET ${group === "" ? "/api" : `/apis/${group}`}/${version}/${plural}${
        metadataOnly ? " as metadata" : ""
      }`
    );
    assertEquals(asked, [...expected, DISCOVERY].sort());
  });
});

Deno.test(`Least access, the Role${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const { states, asked } = await see(["namespaced"]);
  await test.step("Astrolabe, syncs every kind of a namespace with the Role", () => {
    assertEquals(states.synced, namesOf(served.filter(({ namespaced }) => namespaced)));
  });
  await test.step("Astrolabe, asks for the namespaced kinds of that namespace alone", () => {
    const elsewhere = asked.filter((line) => !line.includes("/namespaces/default/") && line !== DISCOVERY);
    const clusterScoped = kinds.filter(({ namespaced }) => !namespaced);
    assertEquals(elsewhere.length, clusterScoped.length, elsewhere.join("\n"));
  });
});

/** Applies the manifests, runs Astrolabe with their account and arguments, and records the requests. */
async function see(components: readonly string[]): Promise<Seen> {
  const server = await ApiServer.start();
  try {
    const overlay = await makeOverlay(components);
    await kubectl("apply", `--kubeconfig=${server.kubeconfig()}`, "--server-side", "-k", overlay);
    await Deno.remove(overlay, { recursive: true });

    const { spec: { template: { spec: pod } } } = await server.request(
      "GET",
      "/apis/apps/v1/namespaces/astrolabe-system/deployments/astrolabe",
    ) as Manifest;
    const token = await server.serviceAccountToken("astrolabe-system", pod.serviceAccountName);
    await using proxy = new RecordingProxy(server);
    const astrolabe = await Astrolabe.start(
      `--kubeconfig=${proxy.kubeconfig(token)}`,
      ...pod.containers[0].args ?? [],
    );
    try {
      await astrolabe.ready();
      // Each watch has been opened, and answered.
      const answers: { kind: string; state: string }[] = await astrolabe.json("/api/v1/kinds");
      const states = Object.groupBy(answers, ({ state }) => state);
      return {
        states: Object.fromEntries(
          Object.entries(states).map(([state, all]) => [state, all?.map(({ kind }) => kind).sort()]),
        ),
        asked: distinct(
          proxy.requests.map(({ method, path, accept }) =>
            `${method} ${path}${accept.includes("as=PartialObjectMetadata") ? " as metadata" : ""}`
          ),
        ),
        refused: distinct(proxy.requests.map(({ status }) => status).filter((status) => status !== 200)),
      };
    } finally {
      await astrolabe.stop();
    }
  } finally {
    await server.close();
  }
}

function namesOf(kinds: readonly { readonly kind: string }[]): string[] {
  return kinds.map(({ kind }) => kind).sort();
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)].sort();
}
