import { assertEquals } from "@std/assert";
import { Counters } from "../../src/persist/counters.ts";
import { KeyCount } from "../../src/persist/key_count.ts";

/** Returns a count that began with 100 keys of ours and, by default, 20 of others. */
async function start(more: { others?: number } = {}) {
  const database = { runId: "a", ours: 100, others: 20, evictedKeys: 5, tellsKeys: true, ...more };
  const scans = { count: 0 };
  const counters = new Counters();
  const count = new KeyCount({
    info() {
      const { runId, ours, others, evictedKeys, tellsKeys } = database;
      return Promise.resolve({
        runId,
        replicationId: "b",
        keys: tellsKeys ? ours + others : undefined,
        evictedKeys,
      });
    },
    async *scan() {
      scans.count++;
      yield Array.from({ length: database.ours }, (_, i) => `astrolabe:node:${i}`);
      yield ["astrolabe:of-a-newer-version"];
    },
  }, counters);
  await count.begin({ keys: 100, tolerance: 0 });
  return { database, scans, counters, count };
}

const NOTHING = { made: 0, deleted: 0 };
const SCANNING = { mayScan: true };

Deno.test("KeyCount.begin(), trusts the number of all keys if there are no keys of others", async () => {
  const { database, scans, count } = await start();
  database.others = 0;
  scans.count = 0;
  assertEquals(await count.begin({ keys: 100, tolerance: 0 }), undefined);
  assertEquals(scans.count, 0);
});

Deno.test("KeyCount.begin(), does not count keys of others in place of missing ones", async () => {
  const { database, counters, count } = await start();
  database.ours = 90;
  assertEquals(await count.begin({ keys: 100, tolerance: 0 }), {
    reason: "Redis has 90 keys where the graph accounts for 100",
    isUrgent: false,
  });
  assertEquals(counters.missingKeys, 10);
});

Deno.test("KeyCount.begin(), allows for changes during the comparison", async () => {
  const { database, counters, count } = await start();
  database.ours = 97;
  assertEquals(await count.begin({ keys: 100, tolerance: 3 }), undefined);
  assertEquals(counters.missingKeys, 0);
});

Deno.test("KeyCount.check(), has no suspicion if nothing happened, and does not scan", async () => {
  const { scans, count } = await start();
  scans.count = 0;
  assertEquals([await count.check(NOTHING), scans.count], [undefined, 0]);
});

for (
  const [ours, writes, isExplained] of [
    [110, { made: 10, deleted: 0 }, true],
    [105, { made: 10, deleted: 0 }, true],
    [111, { made: 10, deleted: 0 }, false],
    [95, { made: 10, deleted: 5 }, true],
    [94, { made: 10, deleted: 5 }, false],
  ] as const
) {
  Deno.test(`KeyCount.check(), ${ours} keys after ${JSON.stringify(writes)}: ${isExplained}`, async () => {
    const { database, count } = await start({ others: 0 });
    database.ours = ours;
    const reason = isExplained ? undefined : `Redis has ${ours} keys where there were 100`;
    assertEquals((await count.check(writes))?.reason, reason);
  });
}

Deno.test("KeyCount.check(), accepts that keys of others come and go", async () => {
  const { database, count } = await start();
  for (const others of [500, 0, 30]) {
    database.others = others;
    assertEquals(await count.check(NOTHING, SCANNING), undefined);
  }
  database.ours = 99;
  const suspicion = await count.check(NOTHING, SCANNING);
  assertEquals(suspicion?.reason, "Redis has 99 keys where there were 100");
});

Deno.test("KeyCount.check(), does not scan after each flush because others come and go", async () => {
  const { database, scans, count } = await start();
  scans.count = 0;
  for (let i = 0; i < 5; i++) {
    database.others += 10;
    database.ours += 2;
    assertEquals(await count.check({ made: 2, deleted: 0 }), undefined);
  }
  assertEquals(scans.count, 0);
  assertEquals([await count.check(NOTHING, SCANNING), scans.count], [undefined, 1]);
});

Deno.test("KeyCount.check(), counts with a scan if the database does not tell its number of keys", async () => {
  const { database, count } = await start();
  database.tellsKeys = false;
  assertEquals(await count.begin({ keys: 100, tolerance: 0 }), undefined);
  assertEquals(await count.check(NOTHING, SCANNING), undefined);
  database.ours = 99;
  const suspicion = await count.check(NOTHING, SCANNING);
  assertEquals(suspicion?.reason, "Redis has 99 keys where there were 100");
});

Deno.test("KeyCount.check(), suspects another run", async () => {
  const { database, count } = await start();
  database.runId = "c";
  assertEquals(await count.check(NOTHING), {
    reason: "Redis was restarted or has failed over",
    isUrgent: true,
  });
});

Deno.test("KeyCount.check(), suspects evictions of any application's keys, without urgency", async () => {
  const { database, count } = await start();
  database.evictedKeys = 8;
  assertEquals(await count.check(NOTHING), { reason: "Redis has evicted 3 keys", isUrgent: false });
});

Deno.test("KeyCount.check(), keeps its suspicion until the next begin()", async () => {
  const { database, count } = await start({ others: 0 });
  database.ours = 90;
  await count.check(NOTHING);
  assertEquals((await count.check(NOTHING))?.reason, "Redis has 90 keys where there were 100");
  await count.begin({ keys: 90, tolerance: 0 });
  assertEquals(await count.check(NOTHING), undefined);
});
