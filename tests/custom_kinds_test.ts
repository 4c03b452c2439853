/** Custom kinds from their definition to the graph, over a simulated API server, with a fake clock. */
import { assertEquals, assertRejects } from "@std/assert";
import { CustomKinds } from "../src/custom_kinds.ts";
import { Graph } from "../src/graph/graph.ts";
import { Ingest } from "../src/ingest.ts";
import { readConfiguration } from "../src/kinds/custom/configuration.ts";
import type { FindConfigured } from "../src/kinds/custom/configured_kind.ts";
import { findAmong } from "../src/kinds/custom/configured_rule.ts";
import { MissedKinds } from "../src/kinds/missed_kinds.ts";
import { KindRegistry, kinds as allKinds } from "../src/kinds/registry.ts";
import { KubeClient } from "../src/kube/client.ts";
import { Discovery } from "../src/kube/discovery.ts";
import { Informers } from "../src/kube/informers.ts";
import { StartGate } from "../src/kube/start_gate.ts";
import type { CustomResources } from "../src/model/custom_resources.ts";
import { parseLabelSelector } from "../src/model/label_selector.ts";
import { apiVersionOf, type ResourceKind } from "../src/model/resource_kind.ts";
import { Simulator } from "../src/simulator/simulator.ts";
import { eventually } from "./support/eventually.ts";
import { FakeClock } from "./support/fake_clock.ts";
import { RecordingLog } from "./support/recording_log.ts";

const BUILT_IN = ["CustomResourceDefinition", "APIService", "ServiceAccount", "HorizontalPodAutoscaler"];
const kinds = allKinds.filter(({ kind }) => BUILT_IN.includes(kind));
const widget = custom("Widget", "widgets");
const gadget = custom("Gadget", "gadgets");

function custom(kind: string, plural: string, more: Partial<ResourceKind> = {}): ResourceKind {
  const shared = { metadataOnly: false, labelLimited: true, namespaced: true };
  return { group: "example.com", version: "v1", kind, plural, ...shared, ...more };
}

interface Parts {
  readonly simulator: Simulator;
  readonly clock: FakeClock;
  readonly graph: Graph;
  readonly informers: Informers;
  readonly log: RecordingLog;
  readonly missed: MissedKinds;
}

async function following(
  test: (parts: Parts) => Promise<void>,
  { which = "auto", configured, prepare }: {
    which?: CustomResources;
    configured?: FindConfigured;
    prepare?: (parts: Parts) => void;
  } = {},
): Promise<void> {
  const simulator = Simulator.start({ kinds });
  const [log, clock, registry, missed] = [
    new RecordingLog(),
    new FakeClock(),
    new KindRegistry(kinds),
    new MissedKinds(),
  ];
  const client = KubeClient.at(simulator.url, log);
  const graph = new Graph(kinds, clock.now);
  const times = { applied: () => {}, listed: () => {} };
  const ingest = new Ingest(graph, { kinds: registry, missed, log, times });
  const discovery = new Discovery(client, { clock, log, onKinds: (found) => customKinds.update(found) });
  const informers = new Informers(client, discovery.tap(ingest), {
    kinds,
    namespaces: [],
    startAfter: discovery.first,
    log,
    clock,
    onChange({ kind, state, error }) {
      graph.setSynced(kind, state === "synced");
      if (state === "synced" || error !== undefined) discovery.settled(kind);
    },
  });
  const customKinds: CustomKinds = new CustomKinds({
    which,
    configured,
    registry,
    missed,
    graph,
    informers,
    log,
  });
  const parts = { simulator, clock, graph, informers, log, missed };
  prepare?.(parts);
  const stop = new AbortController();
  const running = Promise.all([informers.run(stop.signal), discovery.run(stop.signal)]);
  try {
    await test(parts);
    assertEquals(graph.validate(), []);
  } finally {
    stop.abort();
    await running;
    client.close();
    await simulator.close();
  }
}

function create({ simulator }: Parts, kind: ResourceKind, name: string, more: object = {}): void {
  const metadata = { name, namespace: "n", ...more };
  simulator.store.create({ apiVersion: apiVersionOf(kind), kind: kind.kind, metadata });
}

/** Lets an APIService say that another server serves a group. */
function serveElsewhere({ simulator }: Parts, group: string): void {
  simulator.store.create({
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `v1.${group}` },
    spec: { service: { namespace: "n", name: "server" } },
  });
}

/** Waits for a condition while time passes in small steps. */
async function passing(parts: Parts, condition: () => boolean): Promise<void> {
  await eventually(() => {
    if (condition()) return true;
    parts.clock.advance(50);
    return false;
  }, () => [parts.informers.statuses(), parts.log.lines]);
}

function statusOf({ informers }: Parts, kind: string) {
  return informers.statuses().find((status) => status.kind.kind === kind);
}

function namesOf({ graph: { read } }: Parts, kind: string): string[] {
  return [...read.select({ kindNames: [kind], inactive: true })].map((row) => read.text.text(read.name(row)))
    .sort();
}

const hasSynced = (parts: Parts, kind: string) => () => statusOf(parts, kind)?.state === "synced";

Deno.test("CustomKinds, follows a kind from its definition to its end", async () => {
  await following(async (parts) => {
    await passing(parts, hasSynced(parts, "APIService"));
    parts.simulator.define(widget);
    create(parts, widget, "first");
    await passing(parts, () => namesOf(parts, "Widget").join() === "first");
    create(parts, widget, "second");
    await passing(parts, () => namesOf(parts, "Widget").length === 2);
    parts.simulator.undefine(widget);
    await passing(parts, () => statusOf(parts, "Widget") === undefined);
    assertEquals(namesOf(parts, "Widget"), []);
    parts.simulator.define(widget);
    create(parts, widget, "third");
    await passing(parts, () => namesOf(parts, "Widget").join() === "third");
  });
});

Deno.test("CustomKinds, knows the kinds before the first lists, so that nothing is listed twice", async () => {
  await following(async (parts) => {
    await passing(parts, () => parts.informers.statuses().every(({ state }) => state === "synced"));
    assertEquals(parts.graph.read.relationCounts.reduce((sum, it) => sum + it), 1);
    const lists = parts.informers.statuses().map(({ kind }) =>
      parts.informers.trafficOf(kind).lists.completed
    );
    assertEquals(lists, lists.map(() => 1));
  }, {
    prepare: (parts) => {
      parts.simulator.define(widget);
      create(parts, widget, "owner", { uid: "uid-of-owner" });
      const owner = { apiVersion: "example.com/v1", kind: "Widget", name: "owner", uid: "uid-of-owner" };
      create(parts, kinds.find(({ kind }) => kind === "ServiceAccount")!, "owned", {
        ownerReferences: [owner],
      });
    },
  });
});

Deno.test("CustomKinds, lists again the resources that named a kind before it was served", async () => {
  await following(async (parts) => {
    const { simulator: { store }, graph: { read } } = parts;
    store.create({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "scaler", namespace: "n" },
      spec: { scaleTargetRef: { apiVersion: "example.com/v1", kind: "Widget", name: "scaled" } },
    });
    await passing(parts, () => namesOf(parts, "HorizontalPodAutoscaler").length === 1);
    parts.simulator.define(widget);
    create(parts, widget, "scaled");
    await passing(parts, () => read.relationCount === 1);
    // A kind that goes takes the reference with it, and brings it back.
    parts.simulator.undefine(widget);
    await passing(parts, () => statusOf(parts, "Widget") === undefined);
    const unresolved: unknown[] = [];
    for (const row of read.select({})) read.forEachReference(row, (it) => unresolved.push(it));
    assertEquals(unresolved, []);
    store.patch("HorizontalPodAutoscaler", { namespace: "n", name: "scaler" }, {
      metadata: { labels: { changed: "yes" } },
    });
    const hasChanged = () => [...read.select({ labelSelector: parseLabelSelector("changed") })].length === 1;
    await passing(parts, hasChanged);
    parts.simulator.define(widget);
    create(parts, widget, "scaled");
    await passing(parts, () => read.relationCount === 1);
  });
});

Deno.test("CustomKinds, follows only the kinds that are named", async () => {
  await following(async (parts) => {
    await passing(parts, hasSynced(parts, "Gadget"));
    assertEquals(statusOf(parts, "Widget"), undefined);
  }, {
    which: ["gadgets.example.com"],
    prepare: ({ simulator }) => {
      simulator.define(widget);
      simulator.define(gadget);
    },
  });
});

Deno.test("CustomKinds, leaves a kind alone that has too many objects, and looks again later", async () => {
  await following(async (parts) => {
    const { clock, simulator: { store }, log } = parts;
    await passing(parts, () => statusOf(parts, "Widget")?.objects === 20_002);
    const { state, error } = statusOf(parts, "Widget")!;
    assertEquals([state, error?.startsWith("20,002 objects, of which at most 20,000")], ["too-many", true]);
    assertEquals(namesOf(parts, "Widget"), []);
    assertEquals(log.lines.filter((line) => /Cannot list.*Widget/.test(line)).length <= 2, true);
    const requests = parts.simulator.requests.length;
    clock.advance(599_000);
    const ofKind = () =>
      parts.simulator.requests.slice(requests).filter(({ path }) => path.endsWith("widgets"));
    assertEquals(ofKind(), []);
    store.delete("Widget", "n", "w-0");
    store.delete("Widget", "n", "w-1");
    await passing(parts, hasSynced(parts, "Widget"));
    assertEquals(statusOf(parts, "Widget")?.objects, undefined);
    assertEquals(namesOf(parts, "Widget").length, 20_000);
    // It grows while it is followed.
    create(parts, widget, "one-more");
    await passing(parts, () => namesOf(parts, "Widget").length === 20_001);
    parts.simulator.bookmark();
    await passing(parts, () => statusOf(parts, "Widget")?.state === "too-many");
    assertEquals(namesOf(parts, "Widget"), []);
  }, {
    prepare: (parts) => {
      parts.simulator.define(widget);
      for (let i = 0; i < 20_002; i++) create(parts, widget, `w-${i}`);
    },
  });
});

/** Returns what a configuration says: Widgets refer to Gadgets. */
function widgetsFeed({ isNamed }: { isNamed: boolean }): FindConfigured {
  const text = `
kinds:
  - apiVersion: example.com/v1
    kind: Widget
    references: [{ type: feeds, to: { apiVersion: example.com/v1, kind: Gadget, name: metadata.name } }]
`;
  return findAmong(readConfiguration(text, { isNamed }));
}

for (const isNamed of [true, false]) {
  const follows = isNamed ? "follows" : "leaves alone";
  const by = isNamed ? "the user's configuration" : "a shipped rule alone";
  Deno.test(`CustomKinds, ${follows} a kind with many objects that ${by} names`, async () => {
    await following(async (parts) => {
      await passing(parts, () => statusOf(parts, "Widget")?.state === (isNamed ? "synced" : "too-many"));
      assertEquals(namesOf(parts, "Widget").length, isNamed ? 20_001 : 0);
    }, {
      configured: widgetsFeed({ isNamed }),
      prepare: (parts) => {
        parts.simulator.define(widget);
        for (let i = 0; i < 20_001; i++) create(parts, widget, `w-${i}`);
      },
    });
  });
}

Deno.test("CustomKinds, a configured reference waits for its kind, and goes with it", async () => {
  await following(async (parts) => {
    const { read } = parts.graph;
    await passing(parts, () => namesOf(parts, "Widget").length === 1);
    assertEquals(read.relationCount, 0);
    parts.simulator.define(gadget);
    create(parts, gadget, "same");
    await passing(parts, () => read.relationCount === 1);
    parts.simulator.undefine(gadget);
    await passing(parts, () => read.relationCount === 0);
    parts.simulator.define(gadget);
    create(parts, gadget, "same");
    await passing(parts, () => read.relationCount === 1);
  }, {
    configured: widgetsFeed({ isNamed: true }),
    prepare: (parts) => {
      parts.simulator.define(widget);
      create(parts, widget, "same");
    },
  });
});

Deno.test("CustomKinds, follows a kind with many objects that is named", async () => {
  await following(async (parts) => {
    await passing(parts, hasSynced(parts, "Widget"));
    assertEquals(namesOf(parts, "Widget").length, 20_001);
  }, {
    which: ["*.example.com"],
    prepare: (parts) => {
      parts.simulator.define(widget);
      for (let i = 0; i < 20_001; i++) create(parts, widget, `w-${i}`);
    },
  });
});

Deno.test("CustomKinds, asks for a forbidden kind every ten minutes, and logs it once", async () => {
  await following(async (parts) => {
    const { clock, simulator, log } = parts;
    const asked = () => simulator.requests.filter(({ path }) => path.endsWith("/widgets")).length;
    await passing(parts, () => asked() === 2);
    await eventually(() => clock.waitsFor(600_000));
    assertEquals(statusOf(parts, "Widget")?.state, "forbidden");
    clock.advance(599_999);
    assertEquals(asked(), 2);
    clock.advance(1);
    await eventually(() => asked() === 3);
    assertEquals(log.lines.filter((line) => line.includes("May not list a custom kind")).length, 1);
    assertEquals(log.lines.filter((line) => /Cannot list.*Widget/.test(line)), []);
  }, {
    prepare: ({ simulator }) => {
      simulator.define(widget);
      simulator.faults.add({ kind: "Widget", fault: { do: "answer", code: 403 } });
    },
  });
});

for (const [what, isAggregated] of [["an aggregated API", true], ["a definition", false]] as const) {
  Deno.test(`CustomKinds, a broken watch of ${what} ${isAggregated ? "lists again" : "resumes"}`, async () => {
    await following(async (parts) => {
      const { informers, clock, simulator } = parts;
      await passing(parts, hasSynced(parts, "Widget"));
      await passing(parts, hasSynced(parts, "ServiceAccount"));
      assertEquals(statusOf(parts, "Widget")?.kind.aggregated, isAggregated);
      simulator.faults.strike({ do: "cut" }, { kind: "Widget" });
      await eventually(() => statusOf(parts, "Widget")?.error !== undefined);
      clock.advance(800);
      await passing(parts, () => statusOf(parts, "Widget")?.error === undefined);
      assertEquals(informers.trafficOf(widget).lists.completed, isAggregated ? 2 : 1);
      const proofs = simulator.requests.filter(({ query }) => query.has("fieldSelector"));
      assertEquals(proofs.filter(({ path }) => path.includes("widgets")), []);
    }, {
      prepare: (parts) => {
        const { simulator } = parts;
        simulator.define(widget);
        create(parts, kinds.find(({ kind }) => kind === "ServiceAccount")!, "witness");
        create(parts, widget, "first");
        if (isAggregated) serveElsewhere(parts, "example.com");
      },
    });
  });
}

Deno.test("CustomKinds, leaves out a kind that a rule of Astrolabe's own covers, in any version", async () => {
  const gateway = custom("Gateway", "gateways", { group: "gateway.networking.k8s.io", version: "v1beta1" });
  await following(async (parts) => {
    await passing(parts, hasSynced(parts, "Widget"));
    assertEquals(statusOf(parts, "Gateway"), undefined);
  }, {
    prepare: ({ simulator }) => {
      simulator.define(gateway);
      simulator.define(widget);
    },
  });
});

Deno.test("CustomKinds, notices that another server serves a kind now", async () => {
  await following(async (parts) => {
    await passing(parts, hasSynced(parts, "Widget"));
    assertEquals(statusOf(parts, "Widget")?.kind.aggregated, false);
    serveElsewhere(parts, "example.com");
    await passing(parts, () => statusOf(parts, "Widget")?.kind.aggregated === true);
    await passing(parts, hasSynced(parts, "Widget"));
    assertEquals(namesOf(parts, "Widget"), ["first"]);
  }, {
    prepare: (parts) => {
      parts.simulator.define(widget);
      create(parts, widget, "first");
    },
  });
});

Deno.test("CustomKinds, shows an object under its other kind when the first one goes", async () => {
  const mirror = custom("Mirror", "mirrors", { group: "mirror.example.com" });
  await following(async (parts) => {
    await passing(parts, () => namesOf(parts, "Widget").length === 1 && hasSynced(parts, "Mirror")());
    assertEquals(namesOf(parts, "Mirror"), []);
    const start = parts.clock.now();
    parts.simulator.undefine(widget);
    await passing(parts, () => namesOf(parts, "Mirror").length === 1);
    assertEquals(namesOf(parts, "Widget"), []);
    // Not only when its watch has been silent for long.
    assertEquals(parts.clock.now() - start < 100_000, true);
  }, {
    prepare: (parts) => {
      parts.simulator.define(widget);
      parts.simulator.define(mirror);
      serveElsewhere(parts, "mirror.example.com");
      for (const kind of [widget, mirror]) create(parts, kind, "same", { uid: "uid-of-same" });
    },
  });
});

Deno.test("StartGate, lets so many in at a time, and forgets those who leave", async () => {
  const gate = new StartGate(2);
  const stop = new AbortController();
  const never = new AbortController().signal;
  const [first, second] = [await gate.enter(never), await gate.enter(never)];
  const entered: string[] = [];
  const third = gate.enter(never).then((leave) => {
    entered.push("third");
    return leave;
  });
  const left = gate.enter(stop.signal);
  const fifth = gate.enter(never).then(() => entered.push("fifth"));
  stop.abort();
  await assertRejects(() => left, DOMException);
  assertEquals(entered, []);
  first();
  first();
  const leave = await third;
  assertEquals(entered, ["third"]);
  leave();
  second();
  await fifth;
  assertEquals(entered, ["third", "fifth"]);
});

Deno.test("MissedKinds, remembers who referred to a kind, and who may have when there are too many", () => {
  const missed = new MissedKinds();
  const [one, two] = [widget, gadget];
  missed.add(one, { group: "a.io", kind: "A" });
  missed.add(two, { group: "a.io", kind: "A" });
  missed.add(two, { group: "b.io", kind: "B" });
  assertEquals(missed.take(custom("A", "as", { group: "a.io" })), [one, two]);
  assertEquals(missed.take(custom("A", "as", { group: "a.io" })), []);
  for (let i = 0; i < 2_000; i++) missed.add(one, { group: "c.io", kind: `C${i}` });
  assertEquals(missed.take(custom("C1999", "c1999s", { group: "c.io" })), [one]);
});
