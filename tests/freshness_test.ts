/**
 * How current each kind is, as everything that says so says it: each state is made to happen on the
 * simulator, and looked up in the list of kinds, in the probe, in the health and in the metrics.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Slicer } from "../src/graph/queries/slicer.ts";
import { Graph } from "../src/graph/graph.ts";
import { createRouter } from "../src/http/router.ts";
import { WatchClients } from "../src/http/watch_clients.ts";
import { Views } from "../src/stream/views.ts";
import { Ingest } from "../src/ingest.ts";
import { kinds } from "../src/kinds/registry.ts";
import { KubeClient } from "../src/kube/client.ts";
import { Informers } from "../src/kube/informers.ts";
import { Metrics } from "../src/metrics.ts";
import { KIND_STATES, type KindState } from "../src/model/kind_status.ts";
import { Simulator } from "../src/simulator/simulator.ts";
import { eventually } from "./support/eventually.ts";
import { FakeClock } from "./support/fake_clock.ts";
import { RecordingLog } from "./support/recording_log.ts";

const followed = kinds.filter(({ kind }) => kind === "Pod" || kind === "Namespace");

class Followed implements AsyncDisposable {
  readonly simulator = Simulator.start({ kinds: followed });
  readonly clock = new FakeClock();
  readonly informers: Informers;
  readonly #client = KubeClient.at(this.simulator.url, new RecordingLog());
  readonly #stop = new AbortController();
  readonly #router: ReturnType<typeof createRouter>;
  #running: Promise<void> | undefined;

  constructor() {
    const log = new RecordingLog();
    const graph = new Graph(followed);
    const metrics = new Metrics({
      build: {},
      states: KIND_STATES,
      kinds: () =>
        this.informers.statuses().map(({ kind, state, lastEvent }, i) => {
          const { lists, watches, events, differences } = this.informers.trafficOf(kind);
          const traffic = { lists, watches, events, differences, verifiedAt: 0 };
          return {
            kind: kind.kind,
            nodes: graph.read.count(i),
            states: { [state]: 1 },
            lastEvent,
            ...traffic,
          };
        }),
      edges: () => [],
      problems: () => graph.read.countProblems(() => false, new Slicer()),
      acceptErrors: () => 0,
      stream: () => ({ clients: 0, views: 0 }),
      lag: () => 0,
      persistence: () => undefined,
    });
    const ingest = new Ingest(graph, { log, times: { applied: () => {}, listed: () => {} } });
    this.informers = new Informers(this.#client, ingest, {
      kinds: followed,
      namespaces: [],
      log,
      clock: this.clock,
    });
    this.#router = createRouter({
      readPageFile: () => Promise.resolve(undefined),
      watchClients: new WatchClients({
        graph: graph.read,
        views: new Views({
          graph: graph.read,
          listen: (listener) => graph.listen(listener),
          clock: this.clock,
        }),
        clock: this.clock,
        kindStatuses: () => this.informers.statuses(),
      }),
      graph: graph.read,
      kindStatuses: () => this.informers.statuses(),
      readiness: () => ({ shuttingDown: false, restored: false }),
      persistence: () => ({ enabled: false }),
      isLimited: () => false,
      allowsHost: () => true,
      clock: this.clock,
      metrics,
      log,
    });
  }

  run(): void {
    this.#running = this.informers.run(this.#stop.signal);
  }

  async text(path: string): Promise<string> {
    return await (await this.#router.request(path)).text();
  }

  /** Waits until the Pods are in this state, while time passes in steps. */
  async reach(state: KindState, step = 0): Promise<void> {
    await eventually(() => {
      this.clock.advance(step);
      return this.informers.statuses()[0]?.state === state;
    }, () => this.informers.statuses());
    await eventually(() => this.informers.statuses()[1]?.state === "synced");
  }

  /** What all places say of the Pods. */
  async says(): Promise<Record<string, unknown>> {
    const listed = JSON.parse(await this.text("/api/v1/kinds")).find((it: { kind: string }) =>
      it.kind === "Pod"
    );
    const probe = (await this.text("/readyz?verbose")).split("\n").find((line) => line.includes("]Pod "));
    const metrics = (await this.text("/metrics")).split("\n");
    const inState = metrics.find((line) => /^astrolabe_kind_state\{kind="Pod".* 1$/.test(line));
    const event = metrics.find((line) =>
      line.startsWith('astrolabe_kind_last_event_timestamp_seconds{kind="Pod"')
    );
    return {
      kinds: listed.state,
      hasError: listed.error !== undefined,
      hasEvent: listed.lastEvent !== null,
      probe: probe?.replace(/: (the API server|silent|cannot|nothing proves).*?(\)?)$/, ": why$2"),
      health: Object.entries(JSON.parse(await this.text("/health")).kinds).filter(([, count]) => count === 1)
        .map(([state]) => state).filter((state) => state !== "synced").join(),
      metrics: /state="(\w+)"/.exec(inState ?? "")?.[1],
      hasTime: event !== undefined,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#client.close();
    await this.simulator.close();
  }
}

const IN_GOOD_ORDER = {
  kinds: "synced",
  hasError: false,
  hasEvent: true,
  probe: "[+]Pod ok",
  health: "",
  metrics: "synced",
  hasTime: true,
};

Deno.test("Freshness, a kind that is being listed says so everywhere", async () => {
  await using followed = new Followed();
  followed.simulator.faults.add({ kind: "Pod", fault: { do: "hang" } });
  followed.run();
  await followed.reach("listing");
  assertEquals(await followed.says(), {
    kinds: "listing",
    hasError: false,
    hasEvent: false,
    probe: "[-]Pod failed: not listed yet",
    health: "listing",
    metrics: "listing",
    hasTime: false,
  });
});

Deno.test("Freshness, a kind that is synced says so everywhere", async () => {
  await using followed = new Followed();
  followed.run();
  await followed.reach("synced");
  assertEquals(await followed.says(), IN_GOOD_ORDER);
});

for (const [code, state] of [[403, "forbidden"], [404, "absent"]] as const) {
  Deno.test(`Freshness, a kind that is ${state} says so everywhere, until it is back`, async () => {
    await using followed = new Followed();
    const end = followed.simulator.faults.add({ kind: "Pod", fault: { do: "answer", code } });
    followed.run();
    await followed.reach(state);
    assertEquals(await followed.says(), {
      kinds: state,
      hasError: true,
      hasEvent: false,
      probe: `[+]Pod ok (${state}: why)`,
      health: state,
      metrics: state,
      hasTime: false,
    });
    end();
    await followed.reach("synced", 10_000);
    assertEquals(await followed.says(), IN_GOOD_ORDER);
  });
}

Deno.test("Freshness, a kind whose watch is broken is stale everywhere, until it is back", async () => {
  await using followed = new Followed();
  followed.run();
  await followed.reach("synced");
  const end = followed.simulator.faults.add({ kind: "Pod", fault: { do: "answer", code: 503 } });
  followed.simulator.faults.strike({ do: "cut" }, { kind: "Pod" });
  await followed.reach("stale", 1_000);
  assertEquals(await followed.says(), {
    kinds: "stale",
    hasError: true,
    hasEvent: true,
    probe: "[+]Pod ok (stale: why)",
    health: "stale",
    metrics: "stale",
    hasTime: true,
  });
  end();
  await followed.reach("synced", 10_000);
  assertEquals(await followed.says(), IN_GOOD_ORDER);
});

Deno.test("Freshness, a kind whose watch fell silent is stale three minutes after the last it heard", async () => {
  await using followed = new Followed();
  followed.run();
  await followed.reach("synced");
  const heard = followed.clock.now();
  followed.simulator.faults.add({ kind: "Pod", fault: { do: "hang" } });
  followed.simulator.faults.strike({ do: "silence" }, { kind: "Pod" });
  const status = () => followed.informers.statuses()[0];
  await eventually(() => {
    if (status()?.error === undefined) followed.clock.advance(10_000);
    return status()?.error !== undefined;
  });
  await followed.reach("stale", 1_000);
  const seconds = (followed.clock.now() - heard) / 1_000;
  assert(seconds <= 181, `stale after ${seconds} s`);
});

Deno.test("Freshness, a watch that has just broken shows its error before the kind is stale", async () => {
  await using followed = new Followed();
  followed.run();
  await followed.reach("synced");
  followed.simulator.faults.add({ kind: "Pod", fault: { do: "answer", code: 503 } });
  followed.simulator.faults.strike({ do: "cut" }, { kind: "Pod" });
  await eventually(() => followed.informers.statuses()[0]?.error !== undefined);
  assertStringIncludes(await followed.text("/readyz?verbose"), "[+]Pod ok (synced: ");
});

Deno.test("Freshness, lists and watches are counted by how they ended", async () => {
  await using followed = new Followed();
  followed.run();
  await followed.reach("synced");
  followed.simulator.faults.strike({ do: "cut" }, { kind: "Pod" });
  await eventually(() => followed.informers.statuses()[0]?.error !== undefined);
  const lines = (await followed.text("/metrics")).split("\n").filter((line) =>
    /^astrolabe_(lists|watches)_total\{kind="Pod"/.test(line)
  );
  assertEquals(lines, [
    'astrolabe_lists_total{kind="Pod",result="completed"} 1',
    'astrolabe_lists_total{kind="Pod",result="failed"} 0',
    'astrolabe_watches_total{kind="Pod",result="completed"} 0',
    'astrolabe_watches_total{kind="Pod",result="failed"} 1',
  ]);
});
