import { assertEquals } from "@std/assert";
import { Reader } from "../../src/web/live/reader.ts";
import { eventually } from "../support/eventually.ts";

interface Asked {
  readonly path: string;
  readonly etag: string | null;
  answer(response: Response): void;
}

/** A reader whose requests the test answers. */
class AnsweredReader implements Disposable {
  readonly asked: Asked[] = [];
  unauthorized = 0;
  readonly reader = new Reader({ onUnauthorized: () => void this.unauthorized++ });
  readonly #fetch = globalThis.fetch;

  constructor() {
    globalThis.fetch = (path, init) => {
      const { promise, resolve } = Promise.withResolvers<Response>();
      const etag = new Headers(init?.headers).get("if-none-match");
      this.asked.push({ path: String(path), etag, answer: resolve });
      return promise;
    };
  }

  /** Waits for the request with this number, and answers it. */
  async answer(number: number, response: Response): Promise<void> {
    await eventually(() => this.asked.length > number, () => this.asked);
    this.asked[number]!.answer(response);
  }

  [Symbol.dispose](): void {
    globalThis.fetch = this.#fetch;
  }
}

const json = (value: unknown, headers = {}) => Response.json(value, { headers });
const failure = (status: number) => Response.json({ error: { message: "no" } }, { status });

Deno.test("Reader, asks again with the ETag, and 304 keeps the answer", async () => {
  using it = new AnsweredReader();
  const stop = it.reader.use("a", () => {});
  await it.answer(0, json([1], { etag: 'W/"1"' }));
  await eventually(() => it.reader.peek<number[]>("a").value?.[0] === 1);
  const refreshed = it.reader.refresh();
  await it.answer(1, new Response(null, { status: 304 }));
  await refreshed;
  assertEquals([it.asked[1]?.etag, it.reader.peek("a").value], ['W/"1"', [1]]);
  stop();
});

Deno.test("Reader, a failure leaves the last answer beside it, and 404 takes it away", async () => {
  using it = new AnsweredReader();
  const stop = it.reader.use("a", () => {});
  await it.answer(0, json([1]));
  let refreshed = it.reader.refresh();
  await it.answer(1, failure(503));
  await refreshed;
  const { value, failure: failed } = it.reader.peek("a");
  assertEquals([value, failed?.status, failed?.message], [[1], 503, "no"]);
  refreshed = it.reader.refresh();
  await it.answer(2, failure(404));
  await refreshed;
  assertEquals(it.reader.peek("a").value, undefined);
  stop();
});

Deno.test("Reader, users of one path share a request, and the last to leave ends it", async () => {
  using it = new AnsweredReader();
  let told = 0;
  const stops = [1, 2].map(() => it.reader.use("a", () => void told++));
  await it.answer(0, json([1]));
  await eventually(() => told === 2);
  assertEquals(it.asked.length, 1);
  stops[0]?.();
  assertEquals(it.reader.peek("a").value, [1]);
  stops[1]?.();
  assertEquals(it.reader.peek("a").value, undefined);
});

Deno.test("Reader, makes at most four requests at once", async () => {
  using it = new AnsweredReader();
  const stops = Array.from({ length: 9 }, (_, i) => it.reader.use(`${i}`, () => {}));
  assertEquals(it.asked.length, 4);
  for (let i = 0; i < 9; i++) await it.answer(i, json(i));
  await eventually(() => it.reader.peek("8").value === 8);
  for (const stop of stops) stop();
});

Deno.test("Reader, 401 asks for a token, and a reset forgets every answer", async () => {
  using it = new AnsweredReader();
  const stop = it.reader.use("a", () => {});
  await it.answer(0, json([1]));
  const refreshed = it.reader.refresh();
  await it.answer(1, failure(401));
  await refreshed;
  assertEquals(it.unauthorized, 1);
  it.reader.reset();
  assertEquals(it.reader.peek("a").value, undefined);
  await it.answer(2, json([2]));
  await eventually(() => it.reader.peek<number[]>("a").value?.[0] === 2);
  assertEquals(it.asked[2]?.etag, null);
  stop();
});

Deno.test("Reader, an answer that took long is not asked for again at once, but later", async () => {
  using it = new AnsweredReader();
  const stop = it.reader.use("slow", () => {});
  await new Promise((resolve) => setTimeout(resolve, 60));
  await it.answer(0, json([1]));
  await eventually(() => it.reader.peek("slow").value !== undefined);
  await it.reader.refresh();
  assertEquals(it.asked.length, 1);
  await it.answer(1, json([2]));
  await eventually(() => it.reader.peek<number[]>("slow").value?.[0] === 2);
  stop();
});
