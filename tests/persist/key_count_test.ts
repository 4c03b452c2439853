import { assertEquals } from "@std/assert";
import { KeyCount } from "../../src/persist/key_count.ts";
import { PersistenceNumbers } from "../../src/persist/persistence_numbers.ts";

async function start() {
  const info = { runId: "a", replicationId: "b", keys: 100 };
  const count = new KeyCount({ info: () => Promise.resolve({ ...info }) }, new PersistenceNumbers());
  await count.begin();
  return { info, count };
}

const NOTHING = { made: 0, deleted: 0 };

Deno.test("KeyCount, nothing is nothing", async () => {
  const { count } = await start();
  assertEquals(await count.isExplainedBy(NOTHING), true);
});

for (
  const [keys, writes, explained] of [
    [110, { made: 10, deleted: 0 }, true],
    [105, { made: 10, deleted: 0 }, true],
    [111, { made: 10, deleted: 0 }, false],
    [95, { made: 10, deleted: 5 }, true],
    [94, { made: 10, deleted: 5 }, false],
  ] as const
) {
  Deno.test(`KeyCount, ${keys} keys after ${JSON.stringify(writes)}: ${explained}`, async () => {
    const { info, count } = await start();
    info.keys = keys;
    assertEquals(await count.isExplainedBy(writes), explained);
  });
}

Deno.test("KeyCount, another run is not explained", async () => {
  const { info, count } = await start();
  info.runId = "c";
  assertEquals(await count.isExplainedBy(NOTHING), false);
});

Deno.test("KeyCount, what was not explained once stays so", async () => {
  const { info, count } = await start();
  info.keys = 90;
  await count.isExplainedBy(NOTHING);
  assertEquals(await count.isExplainedBy(NOTHING), false);
});
