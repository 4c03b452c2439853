import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { aPod, Lines, STREAMED_LIST, withSimulator } from "./client.ts";

const key = (name: string) => ({ namespace: "default", name });

Deno.test("Simulator, a watch from a resourceVersion sends later events", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("before"));
    const from = store.revision;
    store.create(aPod("a"));
    store.patchStatus("Pod", key("a"), { phase: "Failed" });
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=${from}`);
    store.delete("Pod", "default", "a");
    assertEquals(await lines.events(3), ["ADDED a", "MODIFIED a", "DELETED a"]);
    await lines.close();
  }));

Deno.test("Simulator, an event has kind, apiVersion and its own resourceVersion", () =>
  withSimulator(async ({ url, store }) => {
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=${store.revision}`);
    store.create(aPod("a"));
    store.delete("Pod", "default", "a");
    await lines.event();
    const { object } = await lines.event();
    assertEquals([object.kind, object.apiVersion, object.metadata.resourceVersion, object.status.phase], [
      "Pod",
      "v1",
      String(store.revision),
      "Running",
    ]);
    await lines.close();
  }));

Deno.test("Simulator, a watch without a resourceVersion begins with the existing objects", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("b"));
    store.create(aPod("a"));
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1`);
    store.create(aPod("c"));
    assertEquals(await lines.events(3), ["ADDED a", "ADDED b", "ADDED c"]);
    await lines.close();
  }));

Deno.test("Simulator, a streamed list ends with the annotated bookmark and continues as a watch", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("a"));
    const listed = String(store.revision);
    const lines = await Lines.open(`${url}/api/v1/pods?${STREAMED_LIST}`);
    assertEquals(await lines.events(1), ["ADDED a"]);
    assertEquals((await lines.event()).object.metadata, {
      resourceVersion: listed,
      annotations: { "k8s.io/initial-events-end": "true" },
    });
    store.create(aPod("b"));
    assertEquals(await lines.events(1), ["ADDED b"]);
    await lines.close();
  }));

Deno.test("Simulator, events during a streamed list come after its bookmark", () =>
  withSimulator(async ({ url, store }) => {
    for (let at = 0; at < 3_000; at++) store.create(aPod(`pod-${at}`));
    const lines = await Lines.open(`${url}/api/v1/pods?${STREAMED_LIST}`);
    store.delete("Pod", "default", "pod-2999");
    const events = await lines.events(3_002);
    assertEquals(events.filter((event) => event === "ADDED pod-2999").length, 1);
    assertEquals(events.slice(-2), ["BOOKMARK", "DELETED pod-2999"]);
    await lines.close();
  }));

Deno.test("Simulator, a watch of a namespace sends no other events", () =>
  withSimulator(async ({ url, store }) => {
    const lines = await Lines.open(`${url}/api/v1/namespaces/default/pods?watch=1&resourceVersion=1`);
    store.create(aPod("there", {}, "elsewhere"));
    store.create(aPod("here"));
    assertEquals(await lines.events(1), ["ADDED here"]);
    await lines.close();
  }));

Deno.test("Simulator, a label that comes to match is an ADDED", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("a", { app: "db" }));
    const lines = await Lines.open(
      `${url}/api/v1/pods?watch=1&resourceVersion=${store.revision}&labelSelector=app%3Dweb`,
    );
    store.patch("Pod", key("a"), { metadata: { labels: { app: "web" } } });
    assertEquals(await lines.events(1), ["ADDED a"]);
    await lines.close();
  }));

Deno.test("Simulator, a label that ceases to match is a DELETED of the last selected state", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("a", { app: "web" }));
    const lines = await Lines.open(
      `${url}/api/v1/pods?watch=1&resourceVersion=${store.revision}&labelSelector=app%3Dweb`,
    );
    store.patch("Pod", key("a"), { metadata: { labels: { app: "db" } } });
    const { type, object } = await lines.event();
    assertEquals([type, object.metadata.labels, object.metadata.resourceVersion], [
      "DELETED",
      { app: "web" },
      String(store.revision),
    ]);
    await lines.close();
  }));

Deno.test("Simulator, objects that a selector never selected cause no event", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("other", { app: "db" }));
    const lines = await Lines.open(
      `${url}/api/v1/pods?watch=1&resourceVersion=${store.revision}&labelSelector=app%3Dweb`,
    );
    store.delete("Pod", "default", "other");
    store.create(aPod("web", { app: "web" }));
    assertEquals(await lines.events(1), ["ADDED web"]);
    await lines.close();
  }));

Deno.test("Simulator, a metadata watch sends nothing but metadata", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("a"));
    const lines = await Lines.open(`${url}/api/v1/pods?${STREAMED_LIST}`, {
      headers: { accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1" },
    });
    const shape = async () => {
      const { object } = await lines.event();
      return [object.kind, object.apiVersion, ...Object.keys(object)];
    };
    const expected = ["PartialObjectMetadata", "meta.k8s.io/v1", "kind", "apiVersion", "metadata"];
    assertEquals([await shape(), await shape()], [expected, expected]);
    store.patchStatus("Pod", key("a"), { phase: "Failed" });
    assertEquals(await shape(), expected);
    await lines.close();
  }));

Deno.test("Simulator, a watch from before the history gets 410 in the stream", () =>
  withSimulator(async ({ url, store }) => {
    const from = store.revision;
    for (const name of ["a", "b", "c"]) store.create(aPod(name));
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=${from}`);
    const { type, object } = await lines.event();
    assertEquals([type, object.code, object.reason, await lines.next()], [
      "ERROR",
      410,
      "Expired",
      undefined,
    ]);
  }, { watchHistory: 2 }));

Deno.test("Simulator, a watch that falls behind the history gets 410 and misses nothing unnoticed", () =>
  withSimulator(async ({ url, store }) => {
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=${store.revision}`);
    for (const name of ["a", "b", "c"]) store.create(aPod(name));
    const { type, object } = await lines.event();
    assertEquals([type, object.code, await lines.next()], ["ERROR", 410, undefined]);
  }, { watchHistory: 2 }));

Deno.test("Simulator, a watch from the edge of the history gets all of it", () =>
  withSimulator(async ({ url, store }) => {
    const from = store.create(aPod("a")).metadata.resourceVersion;
    for (const name of ["b", "c"]) store.create(aPod(name));
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=${from}`);
    assertEquals(await lines.events(2), ["ADDED b", "ADDED c"]);
    await lines.close();
  }, { watchHistory: 2 }));

Deno.test("Simulator, changes of other kinds do not make a watch too old", () =>
  withSimulator(async ({ url, store }) => {
    const from = store.revision;
    for (const name of ["a", "b", "c"]) {
      store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=${from}`);
    store.create(aPod("a"));
    assertEquals(await lines.events(1), ["ADDED a"]);
    await lines.close();
  }, { watchHistory: 2 }));

Deno.test("Simulator, compaction makes earlier watches too old", () =>
  withSimulator(async ({ url, store }) => {
    const from = store.revision;
    store.create(aPod("a"));
    store.compact();
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=${from}`);
    assertEquals((await lines.event()).object.code, 410);
    await lines.close();
  }));

Deno.test("Simulator, compaction leaves a watch that is up to date alone", () =>
  withSimulator(async ({ url, store }) => {
    store.create(aPod("a"));
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=${store.revision}`);
    store.compact();
    store.create(aPod("b"));
    assertEquals(await lines.events(1), ["ADDED b"]);
    await lines.close();
  }));

Deno.test("Simulator, a bookmark has the store's resourceVersion after changes of any kind", () =>
  withSimulator(async (simulator) => {
    const { url, store } = simulator;
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=1&allowWatchBookmarks=true`);
    store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } });
    simulator.bookmark();
    const { type, object } = await lines.event();
    assertEquals([type, object.kind, object.metadata], ["BOOKMARK", "Pod", {
      resourceVersion: String(store.revision),
    }]);
    await lines.close();
  }));

Deno.test("Simulator, sends a bookmark every minute", () => {
  const clock = new FakeClock();
  return withSimulator(async ({ url }) => {
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=1&allowWatchBookmarks=true`);
    for (let minute = 0; minute < 2; minute++) {
      clock.advance(60_000);
      assertEquals(await lines.events(1), ["BOOKMARK"]);
    }
    await lines.close();
  }, { clock });
});

Deno.test("Simulator, a watch that allows no bookmarks gets none", () =>
  withSimulator(async (simulator) => {
    const { url, store } = simulator;
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=1`);
    simulator.bookmark();
    store.create(aPod("a"));
    assertEquals(await lines.events(1), ["ADDED a"]);
    await lines.close();
  }));

Deno.test("Simulator, timeoutSeconds ends a watch without an error", () => {
  const clock = new FakeClock();
  return withSimulator(async ({ url }) => {
    const lines = await Lines.open(`${url}/api/v1/pods?watch=1&resourceVersion=1&timeoutSeconds=7`);
    clock.advance(7_000);
    assertEquals(await lines.next(), undefined);
  }, { clock });
});

Deno.test("Simulator, a watch whose client has gone is closed", () =>
  withSimulator(async (simulator) => {
    const lines = await Lines.open(`${simulator.url}/api/v1/pods?watch=1&resourceVersion=1`);
    assertEquals(simulator.openWatches("Pod"), 1);
    await lines.close();
    await eventually(() => simulator.openWatches() === 0);
  }));
