/** Large answers have three slots: requests for further ones wait, and slow readers cannot hold the slots. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AnswerCache } from "../../src/http/answer_cache.ts";
import { HttpError } from "../../src/http/http_error.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { Api } from "./api.ts";
import { object } from "./objects.ts";

const MIB = 1 << 20;

/** A graph whose answers are more than a megabyte. */
function largeApi(): Api {
  return new Api(Array.from({ length: 5_000 }, (_, i) => object("ConfigMap", `n/bulky-${i}`)));
}

/** An answer cache on a fake clock, with answers of any size. */
class Answers {
  readonly clock = new FakeClock();
  readonly #api = new Api();
  readonly #cache = new AnswerCache({ graph: this.#api.graph.read, clock: this.clock, log: this.#api.log });
  /** Buffers that answers were written into, in order. */
  readonly buffers: ArrayBuffer[] = [];

  async ask(key: string, { mib = 20, completed, method = "GET" }: {
    mib?: number;
    completed?: Promise<void>;
    method?: string;
  } = {}): Promise<Response> {
    return await this.#cache.respond(
      { method, key, rights: "", headers: new Headers(), completed },
      (spare) => {
        const buffer = spare ?? new ArrayBuffer(mib * MIB);
        this.buffers.push(buffer);
        return { bytes: new Uint8Array(buffer) };
      },
    );
  }

  /** Moves the graph on, so that earlier answers are no longer cached. */
  change(): void {
    this.#api.put(object("ConfigMap", `n/new-${this.buffers.length}`));
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

function readerOf(response: Response): Reader {
  const reader = response.body?.getReader();
  assert(reader);
  return reader;
}

/** For each reader, whether its response has been cut. Ends those that have not. */
async function outcomes(readers: readonly Reader[]): Promise<string[]> {
  const found: string[] = [];
  for (const reader of readers) {
    const closed = reader.closed.then(() => "ended", () => "cut");
    found.push(await settles(closed) ? await closed : "open");
    await reader.cancel().catch(() => {});
  }
  return found;
}

/** Whether the promise settles before all tasks that are due have run. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true, () => settled = true);
  for (let i = 0; i < 50; i++) await Promise.resolve();
  return settled;
}

/** Advances in steps of half a second, the interval at which a waiting request looks for a slow reader. */
async function advance(
  clock: FakeClock,
  seconds: number,
  each: () => Promise<unknown> = () => Promise.resolve(),
) {
  for (let i = 0; i < 2 * seconds; i++) {
    await each();
    clock.advance(500);
    for (let j = 0; j < 50; j++) await Promise.resolve();
  }
}

Deno.test("LargeAnswerSlots, a fourth large answer waits until a client is done", async () => {
  const api = largeApi();
  const url = (i: number) => `/api/v1/resources?limit=${4_990 + i}`;
  for (let i = 0; i < 4; i++) await (await api.request(url(i))).body?.cancel();
  api.graph.remove("configmap-bulky-0");
  const sending = await Promise.all([0, 1, 2].map((i) => api.request(url(i))));
  const waiting = api.request(url(3));
  assertEquals(await settles(waiting), false);

  await sending[0]?.body?.cancel();
  assertEquals((await (await waiting).json()).length, 4_993);
  for (const { body } of sending.slice(1)) await body?.cancel();
});

Deno.test("LargeAnswerSlots, a request that has waited ten seconds gets 503", async () => {
  const answers = new Answers();
  const readers: Reader[] = [];
  const askAll = async () => {
    for (let i = 0; i < 3; i++) readers.push(readerOf(await answers.ask(`/${i}`)));
  };
  await askAll();
  const waiting = assertRejects(() => answers.ask("/3"), HttpError);
  // Readers that have just begun are not judged.
  await advance(answers.clock, 4);
  await askAll();
  await advance(answers.clock, 4);
  await askAll();
  await advance(answers.clock, 1.5);
  assertEquals(await settles(waiting), false);
  await advance(answers.clock, 1);
  const { status, headers } = (await waiting).toResponse();
  assertEquals([status, headers.get("retry-after")], [503, "5"]);
  for (const reader of readers) await reader.cancel();
});

Deno.test("LargeAnswerSlots, a stalled reader of each answer keeps no request waiting", async () => {
  const answers = new Answers();
  const stalled: Reader[] = [];
  for (let i = 0; i < 3; i++) stalled.push(readerOf(await answers.ask(`/${i}`)));
  const waiting = [answers.ask("/3"), answers.ask("/4")];
  await advance(answers.clock, 4.5);
  assertEquals(await Promise.all(waiting.map(settles)), [false, false]);
  await advance(answers.clock, 1);
  for (const response of waiting) await (await response).body?.cancel();
  assertEquals((await outcomes(stalled)).sort(), ["cut", "cut", "open"]);
});

Deno.test("LargeAnswerSlots, the slowest of several slow readers gives way", async () => {
  const answers = new Answers();
  const readers: Reader[] = [];
  for (let i = 0; i < 3; i++) readers.push(readerOf(await answers.ask(`/${i}`)));
  const waiting = answers.ask("/3");
  const slicesAtATime = [3, 1, 2];
  await advance(answers.clock, 5.5, async () => {
    for (const [i, reader] of readers.entries()) {
      for (let slice = 0; slice < (slicesAtATime[i] ?? 0); slice++) await reader.read().catch(() => {});
    }
  });
  await (await waiting).body?.cancel();
  assertEquals(await outcomes(readers), ["open", "cut", "open"]);
});

Deno.test("LargeAnswerSlots, an answer with one fast reader does not give way for its slow one", async () => {
  const answers = new Answers();
  const fast = readerOf(await answers.ask("/0"));
  const readers = [readerOf(await answers.ask("/0"))];
  for (let i = 1; i < 3; i++) readers.push(readerOf(await answers.ask(`/${i}`)));
  const waiting = answers.ask("/3");
  await advance(answers.clock, 5.5, () => fast.read());
  await (await waiting).body?.cancel();
  assertEquals((await outcomes(readers))[0], "open");
  await fast.cancel();
});

Deno.test("LargeAnswerSlots, a slow reader is left alone while no request waits", async () => {
  const answers = new Answers();
  const reader = readerOf(await answers.ask("/0", { mib: 2 }));
  let bytes = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    bytes += chunk.value.length;
    answers.clock.advance(29_000);
  }
  assertEquals(bytes, 2 * MIB);
});

Deno.test("LargeAnswerSlots, a reader that takes nothing for half a minute is cut", async () => {
  const answers = new Answers();
  const reader = readerOf(await answers.ask("/0"));
  await reader.read();
  answers.clock.advance(29_999);
  assertEquals(await outcomes([reader]), ["open"]);
  const other = readerOf(await answers.ask("/1"));
  await other.read();
  answers.clock.advance(30_000);
  assertEquals(await outcomes([other]), ["cut"]);
});

Deno.test("LargeAnswerSlots, cached answers give way, for any number of URLs", async () => {
  const answers = new Answers();
  for (let i = 0; i < 10; i++) await (await answers.ask(`/${i}`, { mib: 2 })).arrayBuffer();
  const before = answers.buffers.length;
  for (let i = 0; i < 10; i++) await (await answers.ask(`/${i}`, { mib: 2 })).arrayBuffer();
  const again = answers.buffers.length - before;
  assert(again >= 7, `${again} of 10 were built again`);
});

Deno.test("LargeAnswerSlots, a HEAD request takes no slot for longer than it is cached", async () => {
  const answers = new Answers();
  for (let i = 0; i < 5; i++) {
    const { headers } = await answers.ask(`/${i}`, { mib: 2, method: "HEAD" });
    assertEquals(headers.get("content-length"), String(2 * MIB));
  }
});

Deno.test("LargeAnswerSlots, slots are free again after two concurrent compressed requests for the same answer", async () => {
  const random = () => crypto.randomUUID() + crypto.randomUUID();
  const api = new Api(Array.from({ length: 20_000 }, () => object("ConfigMap", `n/${random()}`)));
  const request = async () => {
    const response = await api.request("/api/v1/graph", { headers: { "accept-encoding": "gzip" } });
    return (await response.arrayBuffer()).byteLength;
  };
  for (let i = 0; i < 4; i++) {
    const [size = 0] = await Promise.all([request(), request()]);
    assertEquals(size > MIB, true);
    api.put(object("ConfigMap", `n/new-${i}`));
  }
  assertEquals((await api.get("/api/v1/graph")).nodes.length, 20_004);
});

Deno.test("BufferPool, reuses a buffer only after the server has sent all of it", async () => {
  const answers = new Answers();
  const ask = async (completed: Promise<void>) => {
    answers.change();
    await (await answers.ask("/", { mib: 2, completed })).arrayBuffer();
    await settles(new Promise(() => {}));
  };
  await ask(new Promise(() => {}));
  await ask(Promise.resolve());
  await ask(Promise.resolve());
  const [first, second, third] = answers.buffers;
  assert(second !== first);
  assert(third === second);
});

Deno.test("BufferPool, sockets that never read their answer hold at most three buffers", async () => {
  const answers = new Answers();
  const views: boolean[] = [];
  for (let i = 0; i < 8; i++) {
    answers.change();
    const reader = readerOf(await answers.ask("/", { mib: 2, completed: new Promise(() => {}) }));
    const { value } = await reader.read();
    views.push(value?.buffer === answers.buffers.at(-1));
    await reader.cancel();
  }
  // The fourth began while its predecessor was still cached.
  assertEquals(views.filter(Boolean).length <= 4, true, `${views}`);
  assertEquals(views.slice(5), [false, false, false]);
});
