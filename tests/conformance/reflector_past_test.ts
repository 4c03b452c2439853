/**
 * A reflector of an API server whose etcd was restored to an earlier state, and of one that was only
 * unreachable. The clock is fake.
 */
import { assert, assertEquals } from "@std/assert";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { eventually } from "../support/eventually.ts";
import { configMap, synced } from "./reflector_cases.ts";
import { type Case, create, LIST, NAMESPACE, test } from "./reflector_on_faulty_simulator.ts";

/** Restores the API server's etcd to a revision, and makes the writes that follow. */
async function restore({ simulator }: Case, revision: number, write: () => void): Promise<void> {
  await simulator.down();
  simulator.store.rewind(revision);
  simulator.up();
  write();
}

function patch({ simulator }: Case, name: string, metadata: object): void {
  simulator.store.patch("ConfigMap", { namespace: NAMESPACE, name }, { metadata });
}

function remove({ simulator }: Case, name: string): void {
  simulator.store.delete("ConfigMap", NAMESPACE, name);
}

/** Makes writes that no reflector of the test follows. */
function elsewhere({ simulator: { store } }: Case, times: number): void {
  for (let time = 0; time < times; time++) {
    const metadata = { name: `other-${crypto.randomUUID()}`, namespace: "other" };
    store.create({ apiVersion: "v1", kind: "ConfigMap", metadata });
  }
}

/** Advances the clock until the sink holds the objects of the store, each with its version. */
async function agrees(parts: Case): Promise<void> {
  const { clock, sink, simulator: { store } } = parts;
  const text = (objects: Iterable<object>) =>
    [...objects].map((object) => (object as KubeObject).metadata)
      .map(({ name, uid, resourceVersion }) => [name, uid, resourceVersion].join()).sort().join("\n");
  await eventually(() => {
    clock.advance(500);
    return text(sink.objects.values()) === text(store.list("ConfigMap", NAMESPACE));
  }, () => [sink.calls, parts.log.lines]);
}

/** Waits until the sink has got the given number of events of one name. */
async function told({ sink }: Case, call: string, times = 1): Promise<void> {
  await eventually(() => sink.count(call) === times, () => sink.calls);
}

// Another history

test("lists anew, stale meanwhile, when etcd was put back and has passed its version", async (parts) => {
  await synced(parts);
  const { revision } = parts.simulator.store;
  create(parts.simulator, "ghost");
  patch(parts, "a", { labels: { of: "the lost past" } });
  remove(parts, "b");
  await told(parts, "remove b");
  await restore(parts, revision, () => {
    patch(parts, "c", { labels: { of: "the new past" } });
    create(parts.simulator, "new");
    elsewhere(parts, 10);
  });
  await agrees(parts);
  assertEquals(parts.states, ["synced", "stale", "synced"]);
});

test("lists anew when etcd was put back before anything new was written", async (parts) => {
  await synced(parts);
  const { revision } = parts.simulator.store;
  create(parts.simulator, "ghost");
  await told(parts, "upsert ghost");
  await restore(parts, revision, () => {});
  await agrees(parts);
  assertEquals(parts.states, ["synced", "stale", "synced"]);
});

test("has back what only deletions had taken when etcd was put back", async (parts) => {
  await synced(parts);
  const { revision } = parts.simulator.store;
  remove(parts, "b");
  remove(parts, "c");
  await told(parts, "remove c");
  await restore(parts, revision, () => elsewhere(parts, 10));
  await agrees(parts);
  assertEquals(parts.states, ["synced", "stale", "synced"]);
});

let beforeDeletion = 0;

test("has back what was deleted before its list when etcd was put back further", async (parts) => {
  await synced(parts);
  await restore(parts, beforeDeletion, () => elsewhere(parts, 10));
  await agrees(parts);
  assertEquals(parts.states, ["synced", "stale", "synced"]);
}, ({ store }) => {
  beforeDeletion = store.revision;
  store.delete("ConfigMap", NAMESPACE, "c");
});

test("sees what changed at versions that bookmarks had passed when etcd was put back", async (parts) => {
  const { simulator, reflector, clock, sink } = parts;
  await synced(parts);
  const { revision } = simulator.store;
  elsewhere(parts, 10);
  const { lastEvent } = reflector;
  clock.advance(1);
  simulator.bookmark();
  await eventually(() => reflector.lastEvent > lastEvent);
  await restore(parts, revision, () => {
    patch(parts, "a", { labels: { of: "the new past" } });
    remove(parts, "b");
    elsewhere(parts, 20);
  });
  await agrees(parts);
  assertEquals(sink.count("begin"), 1);
});

test("is not deceived by an object that had the same version in both pasts", async (parts) => {
  const written = (seconds: number) => ({ managedFields: [{ time: `2026-01-01T00:00:0${seconds}Z` }] });
  await synced(parts);
  const { revision } = parts.simulator.store;
  patch(parts, "a", written(1));
  patch(parts, "a", written(2));
  await told(parts, "upsert a", 3);
  await restore(parts, revision, () => {
    create(parts.simulator, "new");
    patch(parts, "a", written(5));
    elsewhere(parts, 10);
  });
  await agrees(parts);
});

test("lists anew when etcd was put back and the versions between were skipped", async (parts) => {
  const { simulator, tap } = parts;
  await synced(parts);
  const { revision } = simulator.store;
  patch(parts, "a", { labels: { of: "the lost past" } });
  await told(parts, "upsert a", 2);
  await restore(parts, revision, () => {
    elsewhere(parts, 10);
    simulator.store.compact();
    tap.instead = ({ search }) =>
      search.get("resourceVersionMatch") === "Exact" ? new Response("compacted", { status: 410 }) : undefined;
  });
  await agrees(parts);
  assertEquals(parts.states, ["synced", "stale", "synced"]);
});

// The same history

test("goes on where it was when the API server has only been away", async (parts) => {
  await synced(parts);
  create(parts.simulator, "d");
  await told(parts, "upsert d");
  await parts.simulator.restart();
  create(parts.simulator, "e");
  await agrees(parts);
  assertEquals(parts.sink.calls, [...LIST, "upsert d", "upsert e"]);
  assertEquals(parts.states, ["synced"]);
});

test("goes on where it was when nothing at all had changed since the backup", async (parts) => {
  await synced(parts);
  const { revision } = parts.simulator.store;
  elsewhere(parts, 10);
  await restore(parts, revision, () => {});
  create(parts.simulator, "d");
  await agrees(parts);
  assertEquals(parts.sink.calls, [...LIST, "upsert d"]);
});

test("proves its past by objects that were written or deleted since", async (parts) => {
  await synced(parts);
  await parts.simulator.down();
  for (const name of ["a", "b"]) patch(parts, name, { labels: { since: "then" } });
  remove(parts, "c");
  parts.simulator.up();
  await agrees(parts);
  assertEquals(parts.sink.calls, [...LIST, "upsert a", "upsert b", "remove c"]);
});

test("proves its past by deletions", async (parts) => {
  await synced(parts);
  for (const name of ["a", "b"]) remove(parts, name);
  await told(parts, "remove b");
  await parts.simulator.restart();
  create(parts.simulator, "d");
  await agrees(parts);
  assertEquals(parts.sink.calls, [...LIST, "remove a", "remove b", "upsert d"]);
});

test("lists anew for a deletion that is compacted and thus not proven", async (parts) => {
  await synced(parts);
  remove(parts, "c");
  await told(parts, "remove c");
  await parts.simulator.down();
  parts.simulator.store.compact();
  parts.simulator.up();
  create(parts.simulator, "d");
  await agrees(parts);
  assertEquals(parts.sink.count("begin"), 2);
  assertEquals(parts.states, ["synced", "stale", "synced"]);
});

test("asks for no proof after a watch that lasted as long as it had asked for", async (parts) => {
  const { tap, clock, simulator, reflector } = parts;
  await synced(parts);
  for (let minutes = 0; minutes < 5; minutes++) {
    const { lastEvent } = reflector;
    clock.advance(60_000);
    simulator.bookmark();
    await eventually(() => reflector.lastEvent > lastEvent);
  }
  tap.endStreams();
  await eventually(() => tap.count("watch") === 1);
  assertEquals(tap.count("proof"), 0);
});

test("waits with its proof for an API server that cannot answer", async (parts) => {
  const { tap, sink } = parts;
  await synced(parts);
  tap.instead = ({ form }) => form === "proof" ? new Response("busy", { status: 503 }) : undefined;
  tap.endStreams();
  await eventually(() => reflectorHasFailed(parts));
  tap.instead = undefined;
  create(parts.simulator, "d");
  await agrees(parts);
  assertEquals(sink.calls, [...LIST, "upsert d"]);
});

function reflectorHasFailed({ reflector }: Case): boolean {
  return reflector.error !== undefined;
}

test("proves its past with lists of metadata in the object's namespace alone", async (parts) => {
  const { tap } = parts;
  await synced(parts);
  tap.endStreams();
  await eventually(() => tap.count("watch") === 1);
  const proofs = tap.requests.filter(({ form }) => form === "proof");
  assertEquals(proofs.map(({ search }) => search.get("fieldSelector")), [
    "metadata.name=c",
    "metadata.name=b",
    "metadata.name=a",
  ]);
  assert(proofs.every(({ path }) => path === `/api/v1/namespaces/${NAMESPACE}/${configMap.plural}`));
  assert(proofs.every(({ accept }) => accept.includes("as=PartialObjectMetadataList")));
});

test("shares a proof that outlives the round of the reflector that began it", async (parts) => {
  const { tap, reflector, sink } = parts;
  await synced(parts);
  const answer = Promise.withResolvers<void>();
  tap.before = () => answer.promise;
  tap.endStreams();
  await eventually(() => tap.count("proof") === 1);
  reflector.distrust("of a test");
  tap.before = undefined;
  answer.resolve();
  await eventually(() => sink.count("end") === 2);
  await agrees(parts);
});
