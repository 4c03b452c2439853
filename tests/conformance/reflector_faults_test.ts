/** A reflector while the API server, or the network before it, fails. The clock is fake. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { PAGED_OBJECTS, synced } from "./reflector_cases.ts";
import { create, LIST, onPages, retryAfter, test } from "./reflector_on_faulty_simulator.ts";

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
  assertEquals(parts.tap.forms, ["streamed list", "streamed list"]);
}, ({ faults }) => faults.add({ streamedList: true, times: 1, fault: { do: "silence", after: 2 } }));

test("lists in pages after three streamed lists that broke", async (parts) => {
  for (const delay of [800, 1_600, 3_200]) await retryAfter(parts, delay);
  await synced(parts);
  assertEquals(
    parts.tap.forms.slice(0, 4),
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

/** The timeout of a watch in seconds, without the random part. */
const TIMEOUT = 300;

test("moves its resourceVersion with a bookmark, and nothing else", async (parts) => {
  const { sink, simulator, tap } = parts;
  await synced(parts);
  simulator.store.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "x", namespace: "other" },
  });
  const { revision } = simulator.store;
  for (let seconds = 0; seconds < TIMEOUT; seconds += 100) {
    const { lastEvent } = parts.reflector;
    parts.clock.advance(100_000);
    simulator.bookmark();
    await eventually(() => parts.reflector.lastEvent > lastEvent);
  }
  tap.endStreams();
  await eventually(() => tap.count("watch") === 1);
  assertEquals([tap.last?.search.get("resourceVersion"), sink.calls], [String(revision), LIST]);
});

test("lists anew when a watch answers 410", async (parts) => {
  await synced(parts);
  parts.simulator.faults.add({ verb: "watch", streamedList: false, times: 1, fault: gone });
  parts.tap.endStreams();
  await eventually(() => parts.sink.count("end") === 2);
  assertEquals(parts.tap.forms, ["streamed list", "watch", "streamed list"]);
});

const gone = { do: "answer", code: 410 } as const;

test("lists anew when 410 comes in the stream", async (parts) => {
  await synced(parts);
  parts.simulator.faults.strike({ do: "error", code: 410 });
  await eventually(() => parts.sink.count("end") === 2);
  assertEquals(parts.tap.forms, ["streamed list", "streamed list"]);
});

test("lists anew at once whenever a watch has run before its version expired", async (parts) => {
  await synced(parts);
  for (const lists of [2, 3]) {
    parts.clock.advance(1_000);
    parts.simulator.faults.strike({ do: "error", code: 410 });
    await eventually(() => parts.sink.count("end") === lists);
    await synced(parts);
  }
});

test("leaves an API server alone for a while whose every version has expired", async (parts) => {
  await synced(parts);
  parts.simulator.faults.add({ verb: "watch", streamedList: true, fault: { do: "answer", code: 410 } });
  parts.simulator.faults.strike({ do: "error", code: 410 });
  for (const delay of [800, 1_600, 3_200]) await retryAfter(parts, delay);
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

test("waits 0.8 s again when a watch has run for a second", async (parts) => {
  const { simulator, clock } = parts;
  await retryAfter(parts, 800);
  await retryAfter(parts, 1_600);
  await synced(parts);
  clock.advance(1_000);
  simulator.faults.strike({ do: "cut" });
  await retryAfter(parts, 800);
}, ({ faults }) => faults.add({ times: 2, fault: { do: "answer", code: 500 } }));

test("waits longer still when a watch broke within a second", async (parts) => {
  const { simulator, clock } = parts;
  await retryAfter(parts, 800);
  await synced(parts);
  clock.advance(999);
  simulator.faults.strike({ do: "cut" });
  await retryAfter(parts, 1_600);
}, ({ faults }) => faults.add({ times: 1, fault: { do: "answer", code: 500 } }));

test("comes back within a second of an API server that was away, however long that was", async (parts) => {
  const { simulator, clock, sink, tap } = parts;
  await synced(parts);
  for (const object of ["d", "e"]) {
    await simulator.down();
    for (const delay of [800, 1_600, 3_200, 6_400, 12_800, 25_600]) await retryAfter(parts, delay);
    await eventually(() => tap.idle && clock.waitsFor(30_000) && clock.waitsFor(1_000));
    simulator.up();
    create(simulator, object);
    clock.advance(1_000);
    await eventually(() => clock.waitsFor(0));
    clock.advance(0);
    await eventually(() => sink.objects.has(object));
    assertEquals(parts.reflector.state, "synced");
    clock.advance(1_000);
  }
});

test("comes back within a second of an API server that answered with failures alone", async (parts) => {
  const { simulator, clock, sink, tap } = parts;
  let away = true;
  await synced(parts);
  tap.isReady = () => !away;
  const repair = simulator.faults.add({ fault: { do: "answer", code: 503 } });
  simulator.faults.strike({ do: "cut" });
  for (const delay of [800, 1_600, 3_200, 6_400]) await retryAfter(parts, delay);
  await eventually(() => tap.idle && clock.waitsFor(12_800) && clock.waitsFor(1_000));
  repair();
  away = false;
  create(simulator, "d");
  clock.advance(1_000);
  await eventually(() => clock.waitsFor(0));
  clock.advance(0);
  await eventually(() => sink.objects.has("d"));
});

test("waits ever longer for a failure of its own while the API server answers", async (parts) => {
  await synced(parts);
  parts.simulator.faults.add({ fault: { do: "answer", code: 503 } });
  parts.tap.endStreams();
  for (const delay of [800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000]) {
    await retryAfter(parts, delay);
    await eventually(() => parts.tap.idle);
  }
  assertEquals(parts.tap.count("watch"), 0);
});

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
  assertEquals(tap.forms, ["streamed list", "watch"]);
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

test("asks for JSON after three streams in protobuf that it could not decode", async (parts) => {
  const { simulator, tap, sink } = parts;
  await synced(parts);
  for (const [i, name] of ["d", "e", "f"].entries()) {
    assertEquals(tap.last?.accept, "application/vnd.kubernetes.protobuf,application/json");
    simulator.faults.strike({ do: "garbage" });
    await retryAfter(parts, 800 * 2 ** i);
    create(simulator, name);
    await eventually(() => sink.objects.has(name));
  }
  const fallback = parts.protobuf
    ? "application/json"
    : "application/vnd.kubernetes.protobuf,application/json";
  assertEquals(tap.last?.accept, fallback);
  assertEquals(sink.calls, [...LIST, "upsert d", "upsert e", "upsert f"]);
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

test("lists again after a while where nothing proves the past", async (parts) => {
  parts.tap.instead = ({ form }) => form === "proof" ? new Response("", { status: 404 }) : undefined;
  await synced(parts);
  parts.tap.endStreams();
  await eventually(() => parts.sink.count("end") === 2);
  parts.tap.endStreams();
  await retryAfter(parts, 800);
  await eventually(() => parts.sink.count("end") === 3);
});

test("logs and skips an event without an object", async (parts) => {
  await eventually(() => parts.sink.calls.includes("end"));
  assertStringIncludes(parts.log.lines.join("\n"), "Skipped a malformed event");
  assertEquals(parts.sink.calls.slice(0, 3), ["begin", "upsert e", "end"]);
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

for (const [code, state, pause] of [[403, "forbidden", 60_000], [404, "absent", 20_000]] as const) {
  test(`is ${state} on ${code}, tries again after ${pause / 1000} s, and deletes nothing`, async (parts) => {
    const { reflector, simulator, sink } = parts;
    await synced(parts);
    const repair = simulator.faults.add({ fault: { do: "answer", code } });
    simulator.faults.strike({ do: "error", code: 410 });
    await retryAfter(parts, 800);
    await eventually(() => parts.tap.idle && parts.clock.waitsFor(pause));
    assertEquals([reflector.state, sink.calls], [state, LIST]);
    repair();
    parts.clock.advance(pause);
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
