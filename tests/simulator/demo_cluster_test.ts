import { assertEquals, assertRejects } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import { startDemoCluster } from "../../src/simulator/demo_cluster.ts";
import { getJson, Lines } from "./client.ts";

Deno.test("startDemoCluster() serves a cluster that lives, until the signal", async () => {
  const stop = new AbortController();
  const { url, ended } = startDemoCluster({
    kinds,
    objects: 500,
    signal: stop.signal,
    changesPerSecond: 200,
  });
  const { body } = await getJson(`${url}/api/v1/pods`);
  const lines = await Lines.open(
    `${url}/api/v1/pods?watch=1&resourceVersion=${body.metadata.resourceVersion}`,
  );
  const { object } = await lines.event();
  stop.abort();
  await ended;
  await assertRejects(async () => {
    while (await lines.next() !== undefined);
  });
  assertEquals([body.items.length > 50, object.kind], [true, "Pod"]);
});
