/** What a reflector does when the API server, or the way to it, fails. Time is a fake clock's. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { KubeClient } from "../../src/kube/client.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { eventually } from "../support/eventually.ts";
import type { FakeClock } from "../support/fake_clock.ts";
import { RecordingLog } from "../support/recording_log.ts";
import type { TappedClient } from "../support/tapped_client.ts";
import { configMap, PAGED_OBJECTS, reflect, type Reflection, synced } from "./reflector_cases.ts";

const NAMESPACE = "default";
const LIST = ["begin", "upsert a", "upsert b", "upsert c", "end"];

interface Case extends Reflection {
  readonly simulator: Simulator;
}

type Prepare = (simulator: Simulator, tap: TappedClient, clock: FakeClock) => void;

/** Tests a reflector of three ConfigMaps a, b and c. `prepare` does what comes before its first request. */
function test(behaviour: string, run: (parts: Case) => Promise<void>, prepare?: Prepare): void {
  Deno.test(`Reflector ${behaviour}`, async () => {
    const simulator = Simulator.start({ kinds: [configMap] });
    const client = KubeClient.at(simulator.url, new RecordingLog());
    for (const name of ["a", "b", "c"]) create(simulator, name);
    try {
      await reflect(client, {
        namespace: NAMESPACE,
        prepare: (tap, clock) => prepare?.(simulator, tap, clock),
      }, (reflection) => run({ ...reflection, simulator }));
    } finally {
      client.close();
      await simulator.close();
    }
  });
}

function create({ store }: Simulator, name: string): void {
  store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: NAMESPACE } });
}

function onPages({ faults }: Simulator): void {
  faults.refuseStreamedLists = true;
}

/** Waits for the next failure, then lets the delay after it pass. */
async function retryAfter({ clock, tap, log }: Case, delay: number): Promise<void> {
  await eventually(
    () => tap.idle && clock.waitsFor(delay),
    () => [`nobody waits for ${delay} ms`, log.lines],
  );
  clock.advance(delay);
}

// The streamed list

test("sweeps nothing before the bookmark that ends the initial events", async (parts) => {
  const { sink, simulator } = parts;
  await synced(parts);
  simulator.faults.add({ streamedList: true, times: 1, fault: { do: "cut", after: 2 } });
  simulator.faults.strike({ do: "error", code: 410 });
  await retryAfter(parts, 800);
  await eventually(() => sink.calls.includes("abandon"));
  assertEquals(sink.names, ["a", "b", "c"]);
});

test("starts a streamed list anew when it was cut", async (parts) => {
  await retryAfter(parts, 800);
  await synced(parts);
  assertEquals(parts.sink.calls, ["begin", "upsert a", "upsert b", "abandon", ...LIST]);
}, ({ faults }) => faults.add({ streamedList: true, times: 1, fault: { do: "cut", after: 2 } }));

test("starts a streamed list anew when it has been silent for a minute", async (parts) => {
  await eventually(() => parts.sink.calls.length === 3);
  parts.clock.advance(60_000);
  await retryAfter(parts, 800);
  await synced(parts);
  assertEquals(parts.tap.requests.map(({ form }) => form), ["streamed list", "streamed list"]);
}, ({ faults }) => faults.add({ streamedList: true, times: 1, fault: { do: "silence", after: 2 } }));

test("lists in pages after three streamed lists that broke", async (parts) => {
  for (const delay of [800, 1_600, 3_200]) await retryAfter(parts, delay);
  await synced(parts);
  assertEquals(
    parts.tap.requests.map(({ form }) => form).slice(0, 4),
    ["streamed list", "streamed list", "streamed list", "list"],
  );
}, ({ faults }) => faults.add({ streamedList: true, fault: { do: "cut", after: 1 } }));

test("lists in pages after three streamed lists that nobody answered", async (parts) => {
  for (const delay of [800, 1_600, 3_200]) {
    await eventually(() => parts.clock.waitsFor(60_000));
    parts.clock.advance(60_000);
    await retryAfter(parts, delay);
  }
  await synced(parts);
  assertEquals([parts.tap.count("streamed list"), parts.tap.count("list")], [3, 1]);
}, ({ faults }) => faults.add({ streamedList: true, fault: { do: "hang" } }));

for (const code of [405, 500, 504]) {
  test(`lists in pages after three streamed lists that were answered with ${code}`, async (parts) => {
    for (const delay of [800, 1_600, 3_200]) await retryAfter(parts, delay);
    await synced(parts);
    assertEquals([parts.tap.count("streamed list"), parts.tap.count("list")], [3, 1]);
  }, ({ faults }) => faults.add({ streamedList: true, fault: { do: "answer", code } }));
}

test("lists in pages from the first refusal of a streamed list on", async (parts) => {
  await synced(parts);
  parts.simulator.store.compact();
  await eventually(() => parts.simulator.openWatches() === 1);
  parts.simulator.faults.strike({ do: "error", code: 410 });
  await retryAfter(parts, 800);
  await eventually(() => parts.sink.count("end") === 2);
  assertEquals([parts.tap.count("streamed list"), parts.tap.count("list")], [1, 2]);
}, onPages);

test("keeps to streamed lists while the API server cannot be reached", async (parts) => {
  for (const delay of [800, 1_600, 3_200, 6_400]) await retryAfter(parts, delay);
  await synced(parts);
  assertEquals(parts.tap.count("list"), 0);
}, ({ faults }) => faults.add({ times: 4, fault: { do: "answer", code: 503 } }));

// The list

test("starts again from the first page when a later one has expired", async (parts) => {
  await synced(parts);
  assertEquals(parts.sink.count("begin"), 2);
  assertEquals(parts.sink.names.length, PAGED_OBJECTS);
}, (simulator, tap) => {
  onPages(simulator);
  for (let index = 3; index < PAGED_OBJECTS; index++) create(simulator, `object-${index}`);
  let expired = false;
  tap.instead = ({ search }) => {
    if (expired || !search.has("continue")) return undefined;
    expired = true;
    return Response.json({ kind: "Status", code: 410, reason: "Expired" }, { status: 410 });
  };
});

test("removes nothing for a list that fails half-way", async (parts) => {
  const { sink, simulator, tap } = parts;
  await synced(parts);
  await eventually(() => tap.count("watch") === 1);
  for (let index = 3; index < PAGED_OBJECTS; index++) create(simulator, `object-${index}`);
  await eventually(() => sink.objects.size === PAGED_OBJECTS);
  tap.instead = ({ search }) => search.has("continue") ? new Response("no", { status: 500 }) : undefined;
  simulator.faults.strike({ do: "error", code: 410 });
  await retryAfter(parts, 800);
  await eventually(() => sink.calls.includes("abandon"));
  assertEquals(sink.objects.size, PAGED_OBJECTS);
}, onPages);

test("gives up a list whose bytes stay away for a minute", async (parts) => {
  await eventually(() => parts.clock.waitsFor(60_000) && parts.tap.count("list") === 1);
  parts.clock.advance(60_000);
  await retryAfter(parts, 800);
  await synced(parts);
  assertEquals(parts.tap.count("list"), 2);
}, (simulator) => {
  onPages(simulator);
  simulator.faults.add({ verb: "list", times: 1, fault: { do: "hang" } });
});

test("lists again what is no list", async (parts) => {
  await retryAfter(parts, 800);
  await synced(parts);
  assertEquals(parts.sink.calls, LIST);
}, (simulator, tap) => {
  onPages(simulator);
  tap.instead = ({ form }) => {
    if (form !== "list" || tap.count("list") > 1) return undefined;
    return new Response("<html>a login page</html>");
  };
});

// The watch

test("moves its resourceVersion with a bookmark, and nothing else", async (parts) => {
  const { sink, simulator, tap } = parts;
  await synced(parts);
  simulator.store.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "x", namespace: "other" },
  });
  const { revision } = simulator.store;
  const { lastEvent } = parts.reflector;
  parts.clock.advance(1);
  simulator.bookmark();
  await eventually(() => parts.reflector.lastEvent > lastEvent);
  tap.endStreams();
  await eventually(() => tap.count("watch") === 1);
  assertEquals([tap.last?.search.get("resourceVersion"), sink.calls], [String(revision), LIST]);
});

test("lists anew when a watch answers 410", async (parts) => {
  await synced(parts);
  parts.simulator.faults.add({ verb: "watch", streamedList: false, times: 1, fault: gone });
  parts.tap.endStreams();
  await retryAfter(parts, 800);
  await eventually(() => parts.sink.count("end") === 2);
  assertEquals(parts.tap.requests.map(({ form }) => form), ["streamed list", "watch", "streamed list"]);
});

const gone = { do: "answer", code: 410 } as const;

test("lists anew when 410 comes in the stream", async (parts) => {
  await synced(parts);
  parts.simulator.faults.strike({ do: "error", code: 410 });
  await retryAfter(parts, 800);
  await eventually(() => parts.sink.count("end") === 2);
  assertEquals(parts.tap.requests.map(({ form }) => form), ["streamed list", "streamed list"]);
});

test("backs off after an error event, and watches on", async (parts) => {
  await synced(parts);
  parts.simulator.faults.strike({ do: "error", code: 500 });
  await retryAfter(parts, 800);
  await eventually(() => parts.tap.count("watch") === 1);
  assertEquals(parts.sink.calls, LIST);
});

test("waits 0.8 s, twice as long each time, 30 s at most", async (parts) => {
  for (const delay of [800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]) {
    await retryAfter(parts, delay);
  }
  await synced(parts);
}, ({ faults }) => faults.add({ times: 8, fault: { do: "answer", code: 500 } }));

test("shortens its waits at random, so that kinds do not come back together", async (parts) => {
  await retryAfter(parts, 600);
  await synced(parts);
}, ({ faults }, _, clock) => {
  faults.add({ times: 1, fault: { do: "answer", code: 500 } });
  clock.chance = 0.5;
});

test("waits 0.8 s again after two healthy minutes", async (parts) => {
  const { simulator, clock } = parts;
  await retryAfter(parts, 800);
  await retryAfter(parts, 1_600);
  await synced(parts);
  clock.advance(120_000);
  simulator.faults.strike({ do: "cut" });
  await retryAfter(parts, 800);
}, ({ faults }) => faults.add({ times: 2, fault: { do: "answer", code: 500 } }));

test("waits longer still when a watch broke within two minutes", async (parts) => {
  const { simulator, clock } = parts;
  await retryAfter(parts, 800);
  await synced(parts);
  clock.advance(119_999);
  simulator.faults.strike({ do: "cut" });
  await retryAfter(parts, 1_600);
}, ({ faults }) => faults.add({ times: 1, fault: { do: "answer", code: 500 } }));

test("counts the two minutes from the last failure", async (parts) => {
  const { simulator, clock, tap } = parts;
  await retryAfter(parts, 800);
  await synced(parts);
  clock.advance(70_000);
  simulator.faults.strike({ do: "cut" });
  await retryAfter(parts, 1_600);
  await eventually(() => tap.open === 1);
  clock.advance(70_000);
  simulator.faults.strike({ do: "cut" });
  await retryAfter(parts, 3_200);
}, ({ faults }) => faults.add({ times: 1, fault: { do: "answer", code: 500 } }));

for (const code of [429, 503]) {
  test(`obeys Retry-After on ${code}`, async (parts) => {
    await retryAfter(parts, 17_000);
    await synced(parts);
  }, ({ faults }) => faults.add({ times: 1, fault: { do: "answer", code, retryAfter: 17 } }));
}

test("never lists anew because of 429 on a watch", async (parts) => {
  await synced(parts);
  parts.simulator.faults.add({ verb: "watch", times: 6, fault: { do: "answer", code: 429 } });
  parts.tap.endStreams();
  for (const delay of [800, 1_600, 3_200, 6_400, 12_800, 25_600]) await retryAfter(parts, delay);
  await eventually(() => parts.tap.open === 1);
  assertEquals(parts.sink.calls, LIST);
});

test("counts a watch that ends at once without an event as a failure", async (parts) => {
  const { tap } = parts;
  await synced(parts);
  tap.instead = ({ form }) => form === "watch" ? new Response("") : undefined;
  tap.endStreams();
  await retryAfter(parts, 800);
  await retryAfter(parts, 1_600);
  assertStringIncludes(parts.reflector.error ?? "", "ends the watch as soon as it starts");
});

test("cuts a watch that has been silent for 150 s, and watches on", async (parts) => {
  const { clock, simulator, sink, tap } = parts;
  await synced(parts);
  simulator.faults.strike({ do: "silence" });
  create(simulator, "d");
  clock.advance(150_000);
  await retryAfter(parts, 800);
  await eventually(() => sink.objects.has("d"));
  assertEquals(tap.requests.map(({ form }) => form), ["streamed list", "watch"]);
});

test("lists anew after two watches that were silent throughout", async (parts) => {
  const { clock, simulator, tap } = parts;
  await synced(parts);
  // As after a restore of etcd to an earlier state: the watch is accepted and nothing ever comes.
  simulator.faults.add({ verb: "watch", streamedList: false, times: 1, fault: { do: "silence" } });
  simulator.faults.strike({ do: "silence" });
  clock.advance(150_000);
  await retryAfter(parts, 800);
  await eventually(() => tap.count("watch") === 1 && clock.waitsFor(1_000));
  clock.advance(150_000);
  await retryAfter(parts, 800);
  await eventually(() => parts.sink.count("end") === 2);
  assertEquals(tap.requests.map(({ form }) => form), ["streamed list", "watch", "streamed list"]);
});

test("lets a watch be that has a bookmark every two minutes", async (parts) => {
  const { clock, simulator, reflector, tap } = parts;
  await synced(parts);
  for (let minutes = 0; minutes < 10; minutes += 2) {
    const { lastEvent } = reflector;
    clock.advance(120_000);
    simulator.bookmark();
    await eventually(() => reflector.lastEvent > lastEvent);
  }
  assertEquals(tap.requests.length, 1);
});

test("ends a stream with a line that is no JSON, and watches on", async (parts) => {
  await synced(parts);
  parts.simulator.faults.strike({ do: "garbage" });
  await retryAfter(parts, 800);
  create(parts.simulator, "d");
  await eventually(() => parts.sink.objects.has("d"));
  assertEquals(parts.sink.calls, [...LIST, "upsert d"]);
});

test("loses nothing when a line is cut in half", async (parts) => {
  await synced(parts);
  parts.simulator.faults.strike({ do: "half-line" });
  create(parts.simulator, "d");
  await retryAfter(parts, 800);
  await eventually(() => parts.sink.objects.has("d"));
  assertEquals(parts.sink.calls, [...LIST, "upsert d"]);
});

test("takes a stream that ends in the middle of a line for a broken one", async (parts) => {
  const { tap, reflector } = parts;
  await synced(parts);
  tap.instead = ({ form }) => form === "watch" ? new Response(`${lines}{"type":`) : undefined;
  tap.endStreams();
  await retryAfter(parts, 800);
  assertEquals(reflector.error, "the stream was cut in the middle of a line");
});

test("logs and skips an event without an object", async (parts) => {
  await eventually(() => parts.reflector.state === "synced");
  assertStringIncludes(parts.log.lines.join("\n"), "skipped an event");
  assertEquals(parts.sink.calls, ["begin", "upsert e", "end"]);
}, (_, tap) => {
  tap.instead = ({ form }) => new Response(form === "streamed list" ? lines : "");
});

const lines = [
  { type: "ADDED", object: null },
  { type: "ADDED" },
  ["no event"],
  { type: "ADDED", object: { metadata: { name: "e", resourceVersion: "5" } } },
  {
    type: "BOOKMARK",
    object: { metadata: { resourceVersion: "6", annotations: { "k8s.io/initial-events-end": "true" } } },
  },
].map((line) => JSON.stringify(line) + "\n").join("");

// The state

test("is listing until a list is complete", async ({ reflector, tap }) => {
  await eventually(() => tap.open === 1);
  assertEquals(reflector.state, "listing");
}, ({ faults }) => faults.add({ fault: { do: "silence", after: 2 } }));

test("is stale when its watch has been broken for three minutes", async (parts) => {
  const { clock, reflector, simulator } = parts;
  await synced(parts);
  simulator.faults.add({ fault: { do: "answer", code: 500 } });
  simulator.faults.strike({ do: "cut" });
  await eventually(() => clock.waitsFor(180_000));
  clock.advance(179_999);
  assertEquals(reflector.state, "synced");
  clock.advance(1);
  assertEquals(reflector.state, "stale");
});

test("is synced again as soon as its watch runs", async (parts) => {
  const { clock, reflector, simulator } = parts;
  await synced(parts);
  const repair = simulator.faults.add({ fault: { do: "answer", code: 500 } });
  simulator.faults.strike({ do: "cut" });
  await eventually(() => clock.waitsFor(180_000));
  clock.advance(180_000);
  repair();
  await eventually(() => {
    clock.advance(1_000);
    return reflector.state === "synced";
  });
  assertEquals([reflector.error, parts.sink.calls], [undefined, LIST]);
});

test("says what went wrong while it does", async (parts) => {
  await retryAfter(parts, 800);
  assertEquals(parts.reflector.error, "the API server answers 500: an error on the server");
}, ({ faults }) => faults.add({ fault: { do: "answer", code: 500 } }));

for (const [code, state] of [[403, "forbidden"], [404, "absent"]] as const) {
  test(`is ${state} on ${code}, tries again each minute, and deletes nothing`, async (parts) => {
    const { reflector, simulator, sink } = parts;
    await synced(parts);
    const repair = simulator.faults.add({ fault: { do: "answer", code } });
    simulator.faults.strike({ do: "error", code: 410 });
    await retryAfter(parts, 800);
    await retryAfter(parts, 1_600);
    await eventually(() => parts.tap.idle && parts.clock.waitsFor(60_000));
    assertEquals([reflector.state, sink.calls], [state, LIST]);
    repair();
    parts.clock.advance(60_000);
    await synced(parts);
  });
}

test("settles in the midst of a list", async ({ sink, tap }) => {
  await eventually(() => tap.open === 1 && sink.calls.length === 3);
}, ({ faults }) => faults.add({ fault: { do: "silence", after: 2 } }));

test("abandons the list in whose midst it is cut", async (parts) => {
  await eventually(() => parts.sink.calls.includes("abandon"));
  assertEquals(parts.sink.calls, ["begin", "upsert a", "upsert b", "abandon"]);
}, ({ faults }) => faults.add({ fault: { do: "cut", after: 2 } }));
