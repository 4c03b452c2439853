import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { aPod, getJson, Lines, STREAMED_LIST, withSimulator } from "./client.ts";

const watchPods = (url: string) => Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=1`);

for (const code of [401, 403, 404, 410, 429, 500, 503]) {
  Deno.test(`Faults, answer ${code}`, () =>
    withSimulator(async ({ url, faults }) => {
      faults.add({ fault: { do: "answer", code } });
      const { status, body } = await getJson(`${url}/api/v1/pods`);
      assertEquals([status, body.kind, body.code], [code, "Status", code]);
    }));
}

Deno.test("Faults, answer with Retry-After", () =>
  withSimulator(async ({ url, faults }) => {
    faults.add({ fault: { do: "answer", code: 429, retryAfter: 7 } });
    const { headers, body } = await getJson(`${url}/api/v1/pods`);
    assertEquals([headers.get("retry-after"), body.details.retryAfterSeconds], ["7", 7]);
  }));

Deno.test("Faults, a rule affects the given number of requests", () =>
  withSimulator(async ({ url, faults }) => {
    faults.add({ times: 1, fault: { do: "answer", code: 500 } });
    const statuses = [await getJson(`${url}/api/v1/pods`), await getJson(`${url}/api/v1/pods`)];
    assertEquals(statuses.map(({ status }) => status), [500, 200]);
  }));

Deno.test("Faults, a rule of a kind does not affect other kinds", () =>
  withSimulator(async ({ url, faults }) => {
    faults.add({ kind: "Pod", fault: { do: "answer", code: 403 } });
    const { status } = await getJson(`${url}/api/v1/namespaces`);
    assertEquals(status, 200);
  }));

Deno.test("Faults, a rule of watches does not affect lists", () =>
  withSimulator(async ({ url, faults }) => {
    faults.add({ verb: "watch", fault: { do: "answer", code: 429 } });
    const { status } = await getJson(`${url}/api/v1/pods`);
    assertEquals(status, 200);
  }));

Deno.test("Faults, a removed rule has no effect", () =>
  withSimulator(async ({ url, faults }) => {
    const remove = faults.add({ fault: { do: "answer", code: 500 } });
    remove();
    const { status } = await getJson(`${url}/api/v1/pods`);
    assertEquals(status, 200);
  }));

Deno.test("Faults, delay answers when its time has passed", () => {
  const clock = new FakeClock();
  return withSimulator(async ({ url, faults }) => {
    faults.add({ fault: { do: "delay", milliseconds: 50 } });
    const answer = getJson(`${url}/api/v1/pods`);
    await eventually(() => clock.waitsFor(50));
    clock.advance(50);
    assertEquals((await answer).status, 200);
  }, { clock });
});

Deno.test("Faults, reset ends the connection without an answer", () =>
  withSimulator(async ({ url, faults }) => {
    faults.add({ fault: { do: "reset" } });
    await assertRejects(() => getJson(`${url}/api/v1/pods`), TypeError);
  }));

Deno.test("Faults, a request that hangs ends with the server", () =>
  withSimulator(async (simulator) => {
    simulator.faults.add({ fault: { do: "hang" } });
    const answer = assertRejects(() => getJson(`${simulator.url}/api/v1/pods`));
    await eventually(() => simulator.requests.length === 1);
    await simulator.restart();
    await answer;
  }));

Deno.test("Faults, cut ends a list in the middle", () =>
  withSimulator(async ({ url, store, faults }) => {
    for (const name of ["a", "b", "c"]) store.create(aPod(name));
    faults.add({ fault: { do: "cut", after: 2 } });
    await assertRejects(() => getJson(`${url}/api/v1/pods`), TypeError);
  }));

Deno.test("Faults, cut ends a streamed list before its bookmark", () =>
  withSimulator(async ({ url, store, faults }) => {
    for (const name of ["a", "b", "c"]) store.create(aPod(name));
    faults.add({ streamedList: true, fault: { do: "cut", after: 2 } });
    const lines = await Lines.open(`${url}/api/v1/pods?${STREAMED_LIST}`);
    assertEquals(await lines.events(2), ["ADDED a", "ADDED b"]);
    await assertRejects(() => lines.next());
  }));

Deno.test("Faults, cut ends an open watch", () =>
  withSimulator(async ({ url, faults }) => {
    const lines = await watchPods(url);
    assertEquals(faults.strike({ do: "cut" }), 1);
    await assertRejects(() => lines.next());
  }));

Deno.test("Faults, the connection ends after half a line", () =>
  withSimulator(async ({ url, store, faults }) => {
    store.create(aPod("a"));
    const lines = await watchPods(url);
    await lines.event();
    faults.strike({ do: "half-line" });
    await assertRejects(() => lines.next());
    assertMatch(lines.pending, /^\{"type"/);
  }));

Deno.test("Faults, garbage is sent as a line, and the watch continues", () =>
  withSimulator(async ({ url, store, faults }) => {
    const lines = await watchPods(url);
    faults.strike({ do: "garbage" });
    await assertRejects(() => lines.event(), SyntaxError);
    store.create(aPod("a"));
    assertEquals(await lines.events(1), ["ADDED a"]);
    await lines.close();
  }));

Deno.test("Faults, error is sent in the stream and ends it", () =>
  withSimulator(async ({ url, faults }) => {
    const lines = await watchPods(url);
    faults.strike({ do: "error", code: 410 });
    const { type, object } = await lines.event();
    assertEquals([type, object.code, object.reason], ["ERROR", 410, "Expired"]);
    assertEquals(await lines.next(), undefined);
  }));

Deno.test("Faults, silence keeps the stream open and sends nothing", () =>
  withSimulator(async (simulator) => {
    const { url, store, faults } = simulator;
    const silent = await watchPods(url);
    faults.strike({ do: "silence" });
    const other = await watchPods(url);
    let heard = false;
    const next = silent.next().then(() => heard = true);
    store.create(aPod("a"));
    await other.event();
    assertEquals([heard, simulator.openWatches()], [false, 2]);
    await Promise.all([silent.close(), other.close(), next]);
  }));

Deno.test("Faults, cut ends a silence", () =>
  withSimulator(async ({ url, faults }) => {
    const lines = await watchPods(url);
    faults.strike({ do: "silence" });
    faults.strike({ do: "cut" });
    await assertRejects(() => lines.next());
  }));

Deno.test("Faults, strike does not affect other kinds", () =>
  withSimulator(async ({ url, faults }) => {
    const lines = await watchPods(url);
    assertEquals(faults.strike({ do: "cut" }, { kind: "Namespace" }), 0);
    await lines.close();
  }));

Deno.test("Faults, streamed lists are rejected as by an old API server", () =>
  withSimulator(async ({ url, faults }) => {
    faults.refuseStreamedLists = true;
    const { status, body } = await getJson(`${url}/api/v1/pods?${STREAMED_LIST}`);
    assertEquals([status, body.reason], [422, "Invalid"]);
  }));

Deno.test("Simulator, restart cuts all streams and keeps the revision", () =>
  withSimulator(async (simulator) => {
    const { url, store } = simulator;
    store.create(aPod("a"));
    const from = store.revision;
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=${from}`);
    await simulator.restart();
    await assertRejects(() => lines.next());
    store.create(aPod("b"));
    const again = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=${from}`);
    assertEquals(await again.events(1), ["ADDED b"]);
    await again.close();
  }));

Deno.test("Simulator, does not answer while it is down", () =>
  withSimulator(async (simulator) => {
    await simulator.down();
    await assertRejects(() => getJson(`${simulator.url}/api/v1/pods`), TypeError);
    simulator.up();
    const { status } = await getJson(`${simulator.url}/api/v1/pods`);
    assertEquals(status, 200);
  }));

Deno.test("Simulator, requests need the token, which can change", () =>
  withSimulator(async (simulator) => {
    const ask = async () => {
      const { status } = await getJson(`${simulator.url}/api/v1/pods`, {
        headers: { authorization: "Bearer old" },
      });
      return status;
    };
    const before = await ask();
    simulator.token = "new";
    assertEquals([before, await ask()], [200, 401]);
  }, { token: "old" }));
