/** The reflector's cases on a real kube-apiserver, which starts once for all of them. */
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { RecordingLog } from "../support/recording_log.ts";
import {
  type ConfigMapFields,
  PAGED_NAMESPACE,
  PAGED_OBJECTS,
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
