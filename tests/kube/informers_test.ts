/** All kinds together: what one suffers does not hold up the others. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KubeClient } from "../../src/kube/client.ts";
import { Informers, type InformersOptions } from "../../src/kube/informers.ts";
import type { KindStatus } from "../../src/model/kind_status.ts";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingLog } from "../support/recording_log.ts";
import { RecordingSink } from "../support/recording_sink.ts";
import { TappedClient } from "../support/tapped_client.ts";

const pod: ResourceKind = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  namespaced: true,
  metadataOnly: false,
  labelLimited: true,
};
const namespace: ResourceKind = {
  ...pod,
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
  labelLimited: false,
};

interface Parts {
  readonly simulator: Simulator;
  readonly clock: FakeClock;
  readonly informers: Informers;
  readonly sink: RecordingSink;
  readonly changes: KindStatus[];
  readonly tap: TappedClient;
}

/** Runs informers of two kinds against a simulator while the test runs. */
async function informing(
  { prepare, ...options }: Partial<InformersOptions> & { prepare?: (parts: Parts) => void | Promise<void> },
  test: (parts: Parts) => Promise<void>,
): Promise<void> {
  const simulator = Simulator.start({ kinds: [pod, namespace] });
  const client = KubeClient.at(simulator.url, new RecordingLog());
  const clock = new FakeClock();
  const sink = new RecordingSink();
  const changes: KindStatus[] = [];
  const tap = new TappedClient(client);
  const informers = new Informers(tap, sink, {
    kinds: [pod, namespace],
    namespaces: [],
    log: new RecordingLog(),
    clock,
    onChange: (status) => changes.push(status),
    ...options,
  });
  const parts = { simulator, clock, informers, sink, changes, tap };
  const stop = new AbortController();
  await prepare?.(parts);
  const running = informers.run(stop.signal);
  try {
    await test(parts);
  } finally {
    stop.abort();
    await running;
    client.close();
    await simulator.close();
  }
}

function states(informers: Informers): string {
  return informers.statuses().map(({ state }) => state).join();
}

async function reach(informers: Informers, wanted: string): Promise<void> {
  await eventually(() => states(informers) === wanted, () => informers.statuses());
}

Deno.test("Informers sync every kind", async () => {
  await informing({}, async ({ informers }) => {
    await reach(informers, "synced,synced");
  });
});

for (const [code, state] of [[403, "forbidden"], [404, "absent"], [503, "listing"]] as const) {
  Deno.test(`Informers continue with other kinds while one gets ${code}`, async () => {
    await informing({
      prepare: ({ simulator }) =>
        void simulator.faults.add({ kind: "Pod", fault: { do: "answer", code, message: "why" } }),
    }, async ({ informers }) => {
      await reach(informers, `${state},synced`);
      await eventually(() => informers.statuses()[0]?.error?.endsWith("why") ?? false);
    });
  });
}

Deno.test("Informers list cluster-scoped kinds completely if namespaces are given", async () => {
  await informing({ namespaces: ["a", "b", "a"] }, async ({ simulator, informers }) => {
    await reach(informers, "synced,synced");
    assertEquals(
      simulator.requests.map(({ path }) => path).sort(),
      ["/api/v1/namespaces", "/api/v1/namespaces/a/pods", "/api/v1/namespaces/b/pods"],
    );
  });
});

Deno.test("Informers limit by labels only the kinds that allow it", async () => {
  await informing({ labelSelector: "app=web" }, async ({ simulator, informers }) => {
    await reach(informers, "synced,synced");
    const selectors = simulator.requests.map(({ path, query }) =>
      [path, query.get("labelSelector")].join(" ")
    );
    assertEquals(selectors.sort(), ["/api/v1/namespaces ", "/api/v1/pods app=web"]);
  });
});

Deno.test("Informers report the worst state among the namespaces of a kind", async () => {
  await informing({
    namespaces: ["a", "b"],
    prepare: ({ simulator }) =>
      void simulator.faults.add({ kind: "Pod", times: 1, fault: { do: "answer", code: 403 } }),
  }, async ({ informers }) => {
    await reach(informers, "forbidden,synced");
    await eventually(() => informers.statuses()[0]?.partly === true);
  });
});

Deno.test("Informers report a restored kind as stale until it is synced", async () => {
  await informing({
    prepare: ({ informers }) => {
      informers.restored([pod]);
      assertEquals(states(informers), "stale,listing");
    },
  }, ({ informers }) => reach(informers, "synced,synced"));
});

Deno.test("Informers keep trying until the API server is available", async () => {
  await informing(
    { prepare: ({ simulator }) => simulator.down() },
    async ({ informers, simulator, clock }) => {
      await eventually(() => informers.statuses().every(({ error }) => error !== undefined));
      assertStringIncludes(informers.statuses()[0]?.error ?? "", "connection refused");
      simulator.up();
      clock.advance(30_000);
      await reach(informers, "synced,synced");
    },
  );
});

Deno.test("Informers are back within a second of an API server that restarts again and again", async () => {
  await informing({
    prepare: ({ simulator: { store } }) => {
      store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } });
      store.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "b", namespace: "a" } });
    },
  }, async ({ informers, simulator, sink, clock, changes, tap }) => {
    const { store } = simulator;
    /** Lets time pass whenever no request is on its way, until the condition holds. */
    const pass = (condition: () => boolean) =>
      eventually(() => {
        const holds = tap.unanswered === 0 && condition();
        if (!holds && tap.unanswered === 0) clock.advance(100);
        return holds;
      }, () => informers.statuses());
    await reach(informers, "synced,synced");
    for (const name of ["first", "second", "third"]) {
      await simulator.down();
      await pass(() => informers.statuses().every(({ error }) => error !== undefined));
      const until = clock.now() + 20_000;
      await pass(() => clock.now() >= until);
      store.create({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "a" } });
      store.compact();
      simulator.up();
      clock.advance(1_000);
      await eventually(() => {
        clock.advance(0);
        return sink.calls.includes(`upsert ${name}`);
      }, () => informers.statuses());
      await pass(() => informers.statuses().every(({ error }) => error === undefined));
      const running = clock.now() + 1_000;
      await pass(() => clock.now() >= running);
    }
    assertEquals([...new Set(changes.map(({ state }) => state))], ["synced"]);
  });
});

Deno.test("Informers report every change of a kind's state", async () => {
  await informing({ kinds: [pod] }, async ({ informers, changes, simulator, clock }) => {
    await reach(informers, "synced");
    simulator.faults.add({ fault: { do: "answer", code: 500 } });
    simulator.faults.strike({ do: "cut" });
    await eventually(() => clock.waitsFor(180_000));
    clock.advance(180_000);
    const seen = changes.map(({ state, error }) => `${state}${error === undefined ? "" : " with an error"}`);
    assertEquals(seen.filter((change, index) => change !== seen[index - 1]), [
      "synced",
      "synced with an error",
      "stale with an error",
    ]);
  });
});

Deno.test("Informers report the time of the last message from the API server", async () => {
  await informing({ kinds: [pod] }, async ({ informers, clock }) => {
    assertEquals(informers.statuses()[0]?.lastEvent, 0);
    await reach(informers, "synced");
    assertEquals(informers.statuses()[0]?.lastEvent, clock.now());
  });
});

Deno.test("Informers all end after a bug in the sink", async () => {
  const simulator = Simulator.start({ kinds: [pod, namespace] });
  const client = KubeClient.at(simulator.url, new RecordingLog());
  const sink = new RecordingSink();
  sink.end = () => {
    throw new RangeError("a bug");
  };
  const informers = new Informers(client, sink, {
    kinds: [pod, namespace],
    namespaces: [],
    log: new RecordingLog(),
  });
  await assertRejects(() => informers.run(new AbortController().signal), RangeError, "a bug");
  client.close();
  await simulator.close();
});

Deno.test("Informers list every kind again, and report it as stale meanwhile, if the past of one kind is refuted", async () => {
  await informing({
    prepare: ({ simulator: { store } }) => {
      store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kept" } });
      store.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "kept", namespace: "a" } });
    },
  }, async ({ informers, simulator, sink, clock, changes }) => {
    await reach(informers, "synced,synced");
    const { store } = simulator;
    const { revision } = store;
    store.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "ghost", namespace: "a" } });
    await eventually(() => sink.objects.has("ghost"));
    await simulator.down();
    store.rewind(revision);
    simulator.up();
    store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "new" } });
    store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "newer" } });
    await eventually(() => {
      clock.advance(500);
      return sink.count("end") === 4 && states(informers) === "synced,synced";
    }, () => informers.statuses());
    assertEquals(sink.names, ["kept", "new", "newer"]);
    const stale = changes.filter(({ state }) => state === "stale").map(({ kind }) => kind.kind);
    assertEquals([...new Set(stale)].sort(), ["Namespace", "Pod"]);
  });
});

Deno.test("Informers prove the past once for all kinds that resume together", async () => {
  await informing({
    prepare: ({ simulator: { store } }) => {
      store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } });
      store.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "b", namespace: "a" } });
    },
  }, async ({ informers, simulator, clock }) => {
    await reach(informers, "synced,synced");
    simulator.faults.strike({ do: "cut" });
    await eventually(() => informers.statuses().every(({ error }) => error !== undefined));
    clock.advance(800);
    await eventually(() => simulator.openWatches() === 2);
    const proofs = simulator.requests.filter(({ query }) => query.has("fieldSelector"));
    assertEquals(proofs.map(({ path }) => path), ["/api/v1/namespaces/a/pods", "/api/v1/namespaces"]);
  });
});

Deno.test("Informers verify each kind regularly, and repair differences with a new list", async () => {
  await informing({
    kinds: [pod],
    verifyInterval: 100_000,
    prepare: ({ simulator: { store } }) =>
      void store.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "b", namespace: "a" } }),
  }, async ({ informers, sink, clock, changes }) => {
    await reach(informers, "synced");
    const ghost = { metadata: { name: "ghost", namespace: "a", uid: "of-a-ghost", resourceVersion: "1" } };
    sink.objects.set("ghost", ghost);
    clock.advance(100_000);
    await eventually(() => sink.count("end") === 2);
    await reach(informers, "synced");
    assertEquals([informers.trafficOf(pod).differences, sink.names], [1, ["b"]]);
    assertEquals(changes.some(({ state, error }) => state === "stale" && error?.includes("differed")), true);
    assertEquals(informers.verifiedAt(pod), 0);
    await eventually(() => clock.waitsFor(75_000));
    clock.advance(75_000);
    await eventually(() => informers.verifiedAt(pod) === clock.now());
    assertEquals(informers.trafficOf(pod).differences, 1);
  });
});
