/** Large answers have few places: who finds none waits, and nobody waits for ever. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Answers } from "../../src/http/answers.ts";
import { Problem } from "../../src/http/errors.ts";
import { Api, NOW } from "./api.ts";
import { object } from "./objects.ts";

/** A graph whose answers are more than a megabyte. */
function largeApi(): Api {
  return new Api(Array.from({ length: 5_000 }, (_, i) => object("ConfigMap", `n/bulky-${i}`)));
}

/** Whether a promise settles before what is under way has been worked off. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true);
  for (let i = 0; i < 50; i++) await Promise.resolve();
  return settled;
}

Deno.test("Answers, who asks for one large answer too many waits until a client is done", async () => {
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

Deno.test("Answers, who has waited too long for a place is told to come again", async () => {
  const api = new Api();
  const answers = new Answers({ graph: api.graph.read, instance: "test", clock: () => NOW, patience: 1 });
  const ask = async (i: number) => {
    const raw = new Request(`http://localhost/${i}`);
    return await answers.respond({ req: { raw } }, () => ({ bytes: new Uint8Array(2 << 20) }));
  };
  const sending = [await ask(0), await ask(1), await ask(2)];
  const refused = await assertRejects(() => ask(3), Problem);
  assertEquals(refused.toResponse().status, 503);
  for (const { body } of sending) await body?.cancel();
  await (await ask(3)).body?.cancel();
});

Deno.test("Answers, no more than three large ones are kept, however many URLs are asked for once", async () => {
  const api = new Api();
  const answers = new Answers({ graph: api.graph.read, instance: "test", clock: () => NOW });
  let built = 0;
  const ask = async (i: number) => {
    const raw = new Request(`http://localhost/${i}`);
    const build = () => ({ bytes: new Uint8Array(2 << 20).fill(++built) });
    await (await answers.respond({ req: { raw } }, build)).arrayBuffer();
  };
  for (let i = 0; i < 10; i++) await ask(i);
  const before = built;
  for (let i = 0; i < 10; i++) await ask(i);
  assert(built - before >= 7, `${built - before} of 10 were built again`);
});

Deno.test("Answers, a place is given back by each of two who had the same compressed at once", async () => {
  const random = () => crypto.randomUUID() + crypto.randomUUID();
  const api = new Api(Array.from({ length: 20_000 }, () => object("ConfigMap", `n/${random()}`)));
  const request = async () => {
    const response = await api.request("/api/v1/graph", { headers: { "accept-encoding": "gzip" } });
    return (await response.arrayBuffer()).byteLength;
  };
  for (let i = 0; i < 4; i++) {
    const [size = 0] = await Promise.all([request(), request()]);
    assertEquals(size > 1 << 20, true);
    api.put(object("ConfigMap", `n/new-${i}`));
  }
  assertEquals((await api.get("/api/v1/graph")).nodes.length, 20_004);
});

Deno.test("Answers, a large answer's buffer is used again only when the server has sent all of it", async () => {
  const api = new Api();
  const answers = new Answers({ graph: api.graph.read, instance: "test", clock: () => NOW });
  const used: ArrayBuffer[] = [];
  const ask = async (completed: Promise<void>) => {
    api.put(object("ConfigMap", `n/new-${used.length}`));
    const raw = new Request("http://localhost/all");
    const response = await answers.respond({ req: { raw }, env: { completed } }, (spare) => {
      used.push(spare ?? new ArrayBuffer(2 << 20));
      return { bytes: new Uint8Array(used.at(-1) ?? new ArrayBuffer(0)) };
    });
    await response.arrayBuffer();
  };
  await ask(new Promise(() => {}));
  await ask(Promise.resolve());
  await ask(Promise.resolve());
  assert(used[1] !== used[0]);
  assert(used[2] === used[1]);
});
