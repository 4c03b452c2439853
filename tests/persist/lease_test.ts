import { assertEquals, assertNotEquals } from "@std/assert";
import { Lease, LEASE_MS } from "../../src/persist/lease.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryStore } from "../support/memory_store.ts";

async function start() {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const stop = new AbortController();
  const running = store.run(stop.signal);
  await Promise.resolve();
  let taken = 0;
  const lease = new Lease({ store, clock, onTaken: () => taken++ });
  return { clock, store, lease, taken: () => taken, close: () => (stop.abort(), running) };
}

Deno.test("Lease.keep(), sends no more requests than necessary", async () => {
  const { clock, store, lease, close } = await start();
  for (let i = 0; i < 10; i++) await lease.keep();
  assertEquals(store.calls.lease, 1);
  clock.advance(LEASE_MS / 3);
  await lease.keep();
  assertEquals([store.calls.lease, lease.held], [2, true]);
  await close();
});

Deno.test("Lease.held, ends with the lease if keep() is not called", async () => {
  const { clock, lease, close } = await start();
  await lease.keep();
  clock.advance(LEASE_MS);
  assertEquals(lease.held, false);
  await close();
});

Deno.test("Lease.keep(), reports that the lease was free, but not that it was its own", async () => {
  const { clock, store, lease, taken, close } = await start();
  await lease.keep();
  clock.advance(LEASE_MS / 2);
  await lease.keep();
  assertEquals(taken(), 1);
  store.flushAll();
  clock.advance(LEASE_MS / 2);
  await lease.keep();
  assertEquals(taken(), 2);
  await close();
});

Deno.test("Lease.renew(), a new connection takes over immediately, with another token", async () => {
  const { store, lease, close } = await start();
  await lease.keep();
  const former = lease.token;
  lease.renew();
  assertEquals(await lease.keep(), true);
  assertNotEquals(lease.token, former);
  assertEquals(store.holder, lease.token);
  await close();
});

Deno.test("Lease.giveUp(), lets another process take it immediately", async () => {
  const { store, lease, close } = await start();
  await lease.keep();
  await lease.giveUp();
  assertEquals(await store.lease("another", 1_000), "taken");
  await close();
});
