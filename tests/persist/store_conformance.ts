/** The promises of a Store, as tests for every implementation. */
import { assert, assertEquals } from "@std/assert";
import { KEY_PREFIX } from "../../src/persist/format/keys.ts";
import type { Batch, Store } from "../../src/persist/store.ts";

/** A running store over an empty database. */
export interface OpenStore extends AsyncDisposable {
  readonly store: Store;
  /** Advances the time of the lease. */
  pass(milliseconds: number): Promise<void>;
}

interface Subject {
  readonly name: string;
  readonly ignore?: boolean;
  open(): Promise<OpenStore>;
}

const TOKEN = "token-1";
const EMPTY: Batch = { set: [], delete: [], add: [], remove: [] };

export function testStore({ name, ignore = false, open }: Subject): void {
  const test = (behaviour: string, run: (store: Store, open: OpenStore) => Promise<void>) =>
    Deno.test({
      name: `${name}, ${behaviour}`,
      ignore,
      async fn() {
        await using opened = await open();
        await opened.store.lease(TOKEN, 60_000);
        await run(withOurKeys(opened.store), opened);
      },
    });

  test("is connected", async (store) => {
    assert(store.connected);
    await store.info();
  });

  test("writes what a batch sets", async (store) => {
    assertEquals(await write(store, { set: [["a", "1"], ["b", "2"]] }), ["written"]);
    assertEquals(await store.get(["b", "a"]), ["2", "1"]);
  });

  test("overwrites", async (store) => {
    await write(store, { set: [["a", "1"]] });
    await write(store, { set: [["a", "2"]] });
    assertEquals(await store.get(["a"]), ["2"]);
  });

  test("has no value for a key that is not there", async (store) => {
    assertEquals(await store.get(["a"]), [null]);
  });

  test("gives nothing for no keys", async (store) => {
    assertEquals([await store.get([]), await store.members([])], [[], []]);
  });

  test("keeps bytes that are UTF-8 as the text they mean", async (store) => {
    const bytes = new TextEncoder().encode("__Grüße, 世界__").subarray(2, -2);
    await write(store, { set: [["a", bytes]] });
    assertEquals(await store.get(["a"]), ["Grüße, 世界"]);
  });

  test("keeps keys and values with blanks, quotes and line ends", async (store) => {
    const odd = 'a "b"\r\n$3\r\nc\u0000';
    await write(store, { set: [[odd, odd]] });
    assertEquals(await store.get([odd]), [odd]);
  });

  test("deletes values and sets", async (store) => {
    await write(store, { set: [["a", "1"]], add: [["s", "m"]] });
    assertEquals(await write(store, { delete: ["a", "s", "never-there"] }), ["written"]);
    assertEquals([await store.get(["a"]), await store.members(["s"])], [[null], [[]]]);
  });

  test("adds and removes members", async (store) => {
    await write(store, { add: [["s", "1"], ["s", "2"], ["t", "3"]] });
    await write(store, { add: [["s", "4"]], remove: [["s", "1"], ["t", "5"]] });
    const [s = [], t = []] = await store.members(["s", "t"]);
    assertEquals([s.toSorted(), t], [["2", "4"], ["3"]]);
  });

  test("has no key for a set without members", async (store) => {
    await write(store, { add: [["s", "1"]] });
    await write(store, { remove: [["s", "1"]] });
    assertEquals(await keysOf(store, "s"), []);
  });

  test("does all parts of one batch", async (store) => {
    await write(store, { set: [["gone", "1"]], add: [["s", "old"]] });
    await write(store, {
      set: [["a", "1"], ["b", "2"]],
      delete: ["gone", "never-there"],
      add: [["s", "new"], ["t", "x"]],
      remove: [["s", "old"]],
    });
    assertEquals(await store.get(["a", "b", "gone"]), ["1", "2", null]);
    assertEquals(await store.members(["s", "t"]), [["new"], ["x"]]);
  });

  test("applies batches in their order, each with its result", async (store) => {
    const batches = ["1", "2", "3"].map((value) => ({ ...EMPTY, set: [["a", value]] as const }));
    assertEquals(await store.write(batches, TOKEN), ["written", "written", "written"]);
    assertEquals(await store.get(["a"]), ["3"]);
  });

  test("writes batches of 150,000 keys", async (store) => {
    const set = Array.from({ length: 150_000 }, (_, i) => [`key-${i}`, `${i}`] as const);
    assertEquals(await write(store, { set }), ["written"]);
    assertEquals(await store.get(["key-0", "key-149999"]), ["0", "149999"]);
  });

  test("takes a batch of nothing, and no batches", async (store) => {
    assertEquals(await write(store, {}), ["written"]);
    assertEquals(await store.write([], TOKEN), []);
  });

  test("lists the keys that start with a prefix", async (store) => {
    await write(store, { set: [["a:1", ""], ["a:2", ""], ["b:1", ""]], add: [["a:3", "m"]] });
    assertEquals(await keysOf(store, "a:"), ["a:1", "a:2", "a:3"]);
  });

  test("takes a prefix by its letters", async (store) => {
    await write(store, { set: [["a*[b]?\\:1", ""], ["axb:1", ""], ["a*b", ""]] });
    assertEquals(await keysOf(store, "a*[b]?\\"), ["a*[b]?\\:1"]);
  });

  test("lists every key of many", async (store) => {
    const set = Array.from({ length: 10_000 }, (_, i) => [`key-${i}`, ""] as const);
    await write(store, { set });
    assertEquals((await keysOf(store, "key-")).length, 10_000);
  });

  test("can be left in the middle of a list", async (store) => {
    await write(store, { set: Array.from({ length: 10_000 }, (_, i) => [`key-${i}`, ""] as const) });
    for await (const keys of store.scan("key-")) {
      assert(keys.length > 0);
      break;
    }
    assertEquals(await store.get(["key-0"]), [""]);
  });

  test("counts its keys", async (store) => {
    const { keys: before = NaN } = await store.info();
    await write(store, { set: [["a", "1"], ["b", "1"]], add: [["s", "1"], ["s", "2"]] });
    assertEquals((await store.info()).keys, before + 3);
  });

  test("stays the same run", async (store) => {
    const [first, second] = [await store.info(), await store.info()];
    assertEquals([second.runId, second.replicationId], [first.runId, first.replicationId]);
  });

  test("refuses a write with another token than the lease's, whole", async (store) => {
    const batch = { ...EMPTY, set: [["a", "1"]] as const, add: [["s", "m"]] as const };
    assertEquals(await store.write([batch], "token-2"), ["refused"]);
    assertEquals([await store.get(["a"]), await store.members(["s"])], [[null], [[]]]);
  });

  test("refuses every write while nobody has the lease", async (store) => {
    await store.release(TOKEN);
    assertEquals(await write(store, { set: [["a", "1"]] }), ["refused"]);
  });

  test("refuses writes after the lease has run out", async (store, { pass }) => {
    await store.lease(TOKEN, 100);
    await pass(150);
    assertEquals(await write(store, { set: [["a", "1"]] }), ["refused"]);
  });

  test("gives the lease to one at a time", async (store) => {
    assertEquals(await store.lease("token-2", 60_000), "refused");
    assertEquals(await write(store, { set: [["a", "1"]] }), ["written"]);
  });

  test("prolongs the lease for its holder", async (store, { pass }) => {
    await store.lease(TOKEN, 100);
    assertEquals(await store.lease(TOKEN, 60_000), "prolonged");
    await pass(150);
    assertEquals(await write(store, { set: [["a", "1"]] }), ["written"]);
  });

  test("gives a lease that has run out to who asks", async (store, { pass }) => {
    await store.lease(TOKEN, 100);
    await pass(150);
    assertEquals(await store.lease("token-2", 60_000), "taken");
  });

  test("gives a lease that was given up to who asks", async (store) => {
    await store.release(TOKEN);
    assertEquals(await store.lease("token-2", 60_000), "taken");
  });

  test("takes the lease back from its holder alone", async (store) => {
    await store.release("token-2");
    assertEquals(await write(store, { set: [["a", "1"]] }), ["written"]);
  });
}

/** Wraps the store for tests that leave out the prefix `astrolabe:` of all keys. */
function withOurKeys(store: Store): Store {
  const our = (key: string) => KEY_PREFIX + key;
  const ourMembers = (members: Batch["add"]) => members.map(([key, member]) => [our(key), member] as const);
  return {
    get connected() {
      return store.connected;
    },
    get failure() {
      return store.failure;
    },
    onConnection: (listener) => store.onConnection(listener),
    run: (signal) => store.run(signal),
    info: () => store.info(),
    async *scan(prefix) {
      for await (const keys of store.scan(our(prefix))) {
        assert(keys.every((key) => key.startsWith(KEY_PREFIX)));
        yield keys.map((key) => key.slice(KEY_PREFIX.length));
      }
    },
    get: (keys) => store.get(keys.map(our)),
    members: (keys) => store.members(keys.map(our)),
    write: (batches, token) =>
      store.write(
        batches.map(({ set, delete: deleted, add, remove }) => ({
          set: set.map(([key, value]) => [our(key), value] as const),
          delete: deleted.map(our),
          add: ourMembers(add),
          remove: ourMembers(remove),
        })),
        token,
      ),
    lease: (token, milliseconds) => store.lease(token, milliseconds),
    release: (token) => store.release(token),
  };
}

async function write(store: Store, parts: Partial<Batch>) {
  return await store.write([{ ...EMPTY, ...parts }], TOKEN);
}

async function keysOf(store: Store, prefix: string): Promise<string[]> {
  const keys = new Set<string>();
  for await (const some of store.scan(prefix)) {
    for (const key of some) keys.add(key);
  }
  return [...keys].sort();
}
