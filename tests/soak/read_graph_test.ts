import { assertEquals } from "@std/assert";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import type { GraphAnswer } from "../support/astrolabe.ts";
import { describeAnswer } from "../support/naive_reading.ts";
import { Api, NOW } from "../http/api.ts";
import type { KubeObject } from "../http/objects.ts";
import { readGraph, readInParts } from "./read_graph.ts";

const objects = Array.from(sampleCluster({ objects: 2_000, now: NOW }));
const namespaces = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
const api = new Api(objects as KubeObject[]);
const get = async (path: string) => await (await api.request(path)).text();
const described = (answer: GraphAnswer) => {
  const { nodes, edges } = describeAnswer(answer);
  return [[...nodes].sort(), [...edges].sort()];
};

Deno.test("readInParts() reads the same nodes and edges as the whole graph", async () => {
  const whole = await readGraph({ get, objects: objects.length, namespaces });
  assertEquals(described(await readInParts({ get, namespaces })), described(whole));
});

Deno.test("readGraph() reads in parts where the server would refuse the whole", async () => {
  const paths: string[] = [];
  const recorded = (path: string) => {
    paths.push(path);
    return get(path);
  };
  await readGraph({ get: recorded, objects: 500_000, namespaces });
  assertEquals(
    [paths.length > namespaces.length, paths.includes("/api/v1/graph?inactive=true&labels=true")],
    [
      true,
      false,
    ],
  );
});
