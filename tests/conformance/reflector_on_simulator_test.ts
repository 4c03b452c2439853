/** The cases of the reflector on the simulator. */
import { KubeClient } from "../../src/kube/client.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { RecordingLog } from "../support/recording_log.ts";
import {
  configMap,
  PAGED_NAMESPACE,
  PAGED_OBJECTS,
  type ReflectedCluster,
  reflectorCases,
} from "./reflector_cases.ts";

for (const protobuf of [false, true]) {
  for (const [behaviour, run] of Object.entries(reflectorCases)) test(behaviour, run, { protobuf });
}

function test(
  behaviour: string,
  run: (typeof reflectorCases)[string],
  { protobuf }: { protobuf: boolean },
): void {
  Deno.test(`Reflector on the simulator in ${protobuf ? "protobuf" : "JSON"}, ${behaviour}`, async () => {
    const simulator = Simulator.start({ kinds: [configMap], protobuf });
    const client = KubeClient.at(simulator.url, new RecordingLog());
    for (let index = 0; index < PAGED_OBJECTS; index++) {
      simulator.store.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `config-${index}`, namespace: PAGED_NAMESPACE },
      });
    }
    try {
      await run(clusterOf(simulator, client), "default");
    } finally {
      client.close();
      await simulator.close();
    }
  });
}

function clusterOf(simulator: Simulator, client: KubeClient): ReflectedCluster {
  const { store } = simulator;
  return {
    client,
    names: (namespace) =>
      Promise.resolve(store.list("ConfigMap", namespace).map(({ metadata }) => metadata.name).sort()),
    async create(namespace, name, { labels = {}, data = {} } = {}) {
      await Promise.resolve();
      store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels }, data });
    },
    async label(namespace, name, labels) {
      await Promise.resolve();
      const object = store.get("ConfigMap", namespace, name);
      if (!object) throw new Error(`there is no ${name}`);
      store.update({
        ...object,
        metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } },
      });
    },
    async delete(namespace, name) {
      await Promise.resolve();
      store.delete("ConfigMap", namespace, name);
    },
    async restart() {
      store.compact();
      await simulator.restart();
    },
  };
}
