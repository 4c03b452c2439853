import { assertEquals } from "@std/assert";
import { Random } from "../../src/simulator/random.ts";
import { Scene } from "../../src/simulator/sample/scene.ts";

const sceneOf = (seed: number) => new Scene(new Random(seed), { nodes: 10_000, now: () => 0 });

Deno.test("Scene.generateName() tries again while the name is taken", () => {
  const first = sceneOf(1).generateName("api-", () => false);
  const taken = new Set([first]);
  const second = sceneOf(1).generateName("api-", (name) => taken.has(name));
  assertEquals([second === first, /^api-[a-z0-9]{5}$/.test(second)], [false, true]);
});

Deno.test("Scene.nodeAddress() gives each of many nodes an address of its own", () => {
  const scene = sceneOf(1);
  assertEquals(new Set(scene.nodes.map((node) => scene.nodeAddress(node))).size, 10_000);
});
