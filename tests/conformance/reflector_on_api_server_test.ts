/** The cases of the reflector on a real kube-apiserver, which starts once for all of them. */
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { RecordingLog } from "../support/recording_log.ts";
import { assertEquals } from "@std/assert";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import { eventually } from "../support/eventually.ts";
import {
  configMap,
  type ConfigMapFields,
  PAGED_NAMESPACE,
  PAGED_OBJECTS,
  reflect,
  type ReflectedCluster,
  reflectorCases,
} from "./reflector_cases.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

Deno.test(`Reflector on a real API server${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start({ objects: pagedObjects() });
  const client = KubeClient.load({ kubeconfig: server.kubeconfig() }, new RecordingLog());
  try {
    const cluster = clusterOf(server, client);
    for (const [index, [behaviour, run]] of Object.entries(reflectorCases).entries()) {
      const namespace = `case-${index}`;
      await server.request("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
      await test.step(`Reflector ${behaviour}`, () => run(cluster, namespace));
    }
    await test.step("Reflector follows a kind while its CustomResourceDefinition exists", () =>
      followWidgets(server, client));
  } finally {
    client.close();
    await server.close();
  }
});

function clusterOf(server: ApiServer, client: KubeClient): ReflectedCluster {
  const path = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps`;
  return {
    client,
    async names(namespace) {
      const { items } = await server.request("GET", path(namespace)) as { items: NamedObject[] };
      return items.map(({ metadata }) => metadata.name).sort();
    },
    async create(namespace, name, { labels = {}, data = {} }: ConfigMapFields = {}) {
      await server.request("POST", path(namespace), { metadata: { name, labels }, data });
    },
    async label(namespace, name, labels) {
      await server.request("PATCH", `${path(namespace)}/${name}`, { metadata: { labels } });
    },
    async delete(namespace, name) {
      await server.request("DELETE", `${path(namespace)}/${name}`);
    },
    async restart() {
      await server.stopServer();
      await server.startServer();
    },
  };
}

const widget: ResourceKind = { ...configMap, group: "example.com", kind: "Widget", plural: "widgets" };
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const DEFINITION = {
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    names: { kind: "Widget", plural: "widgets" },
    scope: "Namespaced",
    versions: [{
      name: "v1",
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: "object" } },
    }],
  },
};

async function followWidgets(server: ApiServer, client: KubeClient): Promise<void> {
  const path = "/apis/example.com/v1/namespaces/default/widgets";
  await reflect(client, { kind: widget, namespace: "default" }, async ({ reflector, sink, clock, log }) => {
    const reach = (state: string) =>
      eventually(() => {
        clock.advance(100);
        return reflector.state === state;
      }, () => [reflector.state, log.lines]);
    for (const name of ["first", "second"]) {
      await reach("absent");
      assertEquals(sink.names, []);
      await server.request("POST", DEFINITIONS, DEFINITION);
      await reach("synced");
      await server.request("POST", path, {
        apiVersion: "example.com/v1",
        kind: "Widget",
        metadata: { name },
      });
      await eventually(() => sink.objects.has(name));
      await server.request("DELETE", `${DEFINITIONS}/${DEFINITION.metadata.name}`);
    }
    await reach("absent");
    assertEquals(sink.names, []);
  });
}

interface NamedObject {
  readonly metadata: { readonly name: string };
}

function* pagedObjects(): Iterable<object> {
  for (let index = 0; index < PAGED_OBJECTS; index++) {
    yield {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: `config-${index}`,
        namespace: PAGED_NAMESPACE,
        uid: crypto.randomUUID(),
        creationTimestamp: "2026-01-01T00:00:00Z",
      },
    };
  }
}
