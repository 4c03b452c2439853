/**
 * Random writes, random filters, random readers: slow ones, and ones that are cut off and resume, here or at
 * another replica, sooner or later than their view or its ring lasts. Whenever a client has read all there
 * is, its picture must be what the graph answers to the same filter.
 */
import { assertEquals } from "@std/assert";
import type { Asker } from "../../src/access/access.ts";
import { Graph } from "../../src/graph/graph.ts";
import type { Filter } from "../../src/graph/queries/select.ts";
import { encodeGraph } from "../../src/http/encode.ts";
import { WatchClients } from "../../src/http/watch_clients.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { kinds } from "../../src/kinds/registry.ts";
import { parseLabelSelector } from "../../src/model/label_selector.ts";
import { apiVersionOf, type ResourceKind } from "../../src/model/resource_kind.ts";
import { Views } from "../../src/stream/views.ts";
import { FakeClock } from "../support/fake_clock.ts";
import type { KubeObject } from "../support/naive_reading.ts";
import { random } from "../support/random.ts";
import { RandomObjects } from "../support/random_objects.ts";
import { randomWriter } from "../support/random_writes.ts";
import { testKinds } from "../support/records.ts";
import { pictureOf, Watcher } from "../support/watcher.ts";

/** Filters for the records of the graph's own tests. */
const FILTERS: readonly Filter[] = [
  {},
  { inactive: true },
  { namespaces: ["a"] },
  { namespaces: ["a", "b"], inactive: true },
  { kinds: [0] },
  { kinds: [0, 1], namespaces: ["b"] },
  { release: { name: "web" } },
  { release: { name: "web", namespace: "a" }, inactive: true },
  { release: { name: "db" } },
  { status: "Error" },
  { labelSelector: parseLabelSelector("app=web") },
  { labelSelector: parseLabelSelector("app notin (web),!tier") },
  { nameContains: "e", inactive: true },
  { namespaces: ["nowhere"] },
];

/** Filters for records of kinds that come and go. */
const KIND_FILTERS: readonly Filter[] = [
  {},
  { kindNames: ["Widget"] },
  { kindNames: ["Pod"], inactive: true },
  { kindNames: ["Widget.example.com"], namespaces: ["a"] },
  { release: { name: "web" } },
];

/** Filters for objects of the kinds that are tracked. */
const OBJECT_FILTERS: readonly Filter[] = [
  {},
  { inactive: true },
  { namespaces: ["alpha"] },
  { namespaces: ["beta"], inactive: true },
  { release: { name: "shop" } },
  { release: { name: "blog", namespace: "alpha" }, inactive: true },
  { kinds: kinds.flatMap(({ kind }, i) => ["Pod", "ReplicaSet", "Service"].includes(kind) ? [i] : []) },
  { labelSelector: parseLabelSelector("app in (web, db)") },
  { chart: "chart-1" },
  { unreferenced: true },
  { names: ["web"], inactive: true },
];

/** Random creations, changes and deletions of objects, as records of a graph. */
function objectWriter(seed: number): (graph: Graph) => void {
  const next = random(seed);
  const present = new Map<string, KubeObject>();
  const objects = new RandomObjects(next, present);
  let uids = 0;
  return (graph) => {
    const rule = objects.pick(kinds);
    const { name, namespace } = objects.key(rule.kind);
    const key = `${rule.kind} ${namespace} ${name}`;
    const old = present.get(key);
    if (old && objects.chance(0.3)) {
      graph.remove(old.metadata.uid);
      present.delete(key);
      return;
    }
    const uid = old && objects.chance(0.8) ? old.metadata.uid : `00000000-0000-4000-8000-${1e11 + uids++}`;
    const object = {
      apiVersion: apiVersionOf(rule),
      kind: rule.kind,
      metadata: { name, namespace, uid, resourceVersion: `${uids}`, ...objects.metadata(namespace) },
      ...objects.body(rule.kind, { name, namespace: namespace ?? "" }),
    };
    present.set(key, object);
    graph.upsert(makeRecord(rule, object));
  };
}

/** A graph and the server's side of the change stream. */
class World {
  readonly clock = new FakeClock();
  readonly graph: Graph;
  readonly clients: WatchClients;
  readonly #views: Views;

  constructor(
    kinds: readonly ResourceKind[],
    { ringBytesMax, messageBytesMax }: { ringBytesMax: number; messageBytesMax: number },
  ) {
    const { clock } = this;
    const graph = this.graph = new Graph(kinds, () => this.clock.now());
    const listen = graph.listen.bind(graph);
    this.#views = new Views({ graph: graph.read, listen, clock, ringBytesMax });
    this.clients = new WatchClients({
      graph: graph.read,
      views: this.#views,
      clock,
      kindStatuses: () => [],
      messageBytesMax,
    });
  }

  /** Returns somebody for whom everything exists, or with a seed only some kinds in some namespaces. */
  asker(seed?: number): Asker {
    const { read } = this.graph;
    if (seed === undefined) return { name: "", graph: read, rights: "", namespaces: [] };
    const permits = ({ kind, plural }: ResourceKind, namespace: string) =>
      hashOf(`${seed} ${kind} ${plural} ${namespace}`) % 10 < 6;
    const graph = read.seenBy({ permits, extentOf: () => "some" });
    return { name: "", graph, rights: String(seed), namespaces: [] };
  }

  open(
    { filter, asker, rv }: { filter: Filter; asker: Asker; rv?: string | undefined },
  ): ReadableStream<Uint8Array> {
    return this.clients.open({ filter, rv, labels: true, format: "lines", completed: undefined, asker });
  }

  answer(filter: Filter, { graph: read }: Asker) {
    const bytes = encodeGraph(read, read.select(filter), { now: 0, labels: true });
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  /** The uids that the filter lets through. */
  uids(filter: Filter, { graph }: Asker): string[] {
    return [...graph.select(filter)].map((row) => graph.uid(row));
  }

  async advance(milliseconds: number): Promise<void> {
    this.clock.advance(milliseconds);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }
}

class Client {
  readonly filter: Filter;
  readonly #world: World;
  readonly #next: () => number;
  readonly #asker: Asker;
  /** Uids that the filter has let through at one time or another. */
  readonly #matched = new Set<string>();
  #watcher: Watcher;
  #reading: Promise<void> | undefined;
  #seen = 0;

  constructor(world: World, { filter, asker }: { filter: Filter; asker: Asker }, next: () => number) {
    this.#world = world;
    this.filter = filter;
    this.#asker = asker;
    this.#next = next;
    this.note();
    this.#watcher = new Watcher(world.open({ filter, asker }));
  }

  /** To be called after every write. */
  note(): void {
    for (const uid of this.#world.uids(this.filter, this.#asker)) this.#matched.add(uid);
  }

  /** Takes a chunk, if there is one. */
  async read(): Promise<void> {
    this.#reading ??= this.#watcher.read().then(() => this.#reading = undefined);
    for (let i = 0; i < 20; i++) await Promise.resolve();
    this.#checkMentioned();
  }

  async cut(): Promise<void> {
    await this.#watcher.cancel();
    await this.#reading;
    if (this.#next() < 0.3) await this.#world.advance(this.#next() * 90_000);
    const rv = this.#next() < 0.1 ? "123456789000000000001" : this.#watcher.rv;
    this.#watcher = this.#watcher.resume(this.#world.open({ filter: this.filter, asker: this.#asker, rv }));
    this.#seen = 0;
  }

  /** Reads all there is, and compares. */
  async check(): Promise<void> {
    for (let i = 0; i < 10; i++) {
      for (let chunks = 0; chunks < 100; chunks++) await this.read();
      await this.#world.advance(250);
    }
    assertEquals(this.#watcher.isPartial, false);
    assertEquals(this.#watcher.picture, pictureOf(this.#world.answer(this.filter, this.#asker)));
  }

  close(): Promise<void> {
    return this.#watcher.cancel();
  }

  #checkMentioned(): void {
    const { messages } = this.#watcher;
    for (; this.#seen < messages.length; this.#seen++) {
      for (const delta of messages[this.#seen]?.deltas ?? []) {
        const uids = delta.op === "scope_changed"
          ? []
          : delta.op === "upsert_node"
          ? [delta.node.uid]
          : delta.op === "remove_node"
          ? [delta.uid]
          : [delta.edge.from, delta.edge.to];
        assertEquals(
          uids.filter((uid) => !this.#matched.has(uid)),
          [],
          `a stranger in ${JSON.stringify(delta)}`,
        );
      }
    }
  }
}

function hashOf(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash >>> 4;
}

interface Trial {
  readonly seed: number;
  readonly kinds: readonly ResourceKind[];
  readonly filters: readonly Filter[];
  readonly write: (graph: Graph) => void;
}

async function follow({ seed, kinds, filters, write }: Trial): Promise<void> {
  const next = random(seed);
  const world = new World(kinds, {
    // Some rings hold nearly nothing, so that clients fall off them.
    ringBytesMax: seed % 3 === 0 ? 500 : 1 << 20,
    // Some messages hold nearly nothing, so that clients are cut off in the midst of a batch.
    messageBytesMax: seed % 2 === 0 ? 300 : 64 << 10,
  });
  for (let i = 0; i < 50; i++) write(world.graph);
  const clients = Array.from({ length: 6 }, (_, i) => {
    const filter = filters[Math.floor(next() * filters.length)] ?? {};
    // The last two have the same rights.
    const asker = world.asker([undefined, undefined, undefined, seed, -seed, -seed][i]);
    return new Client(world, { filter, asker }, next);
  });
  for (let step = 0; step < 150; step++) {
    const writes = next() < 0.1 ? 30 : 1;
    for (let i = 0; i < writes; i++) {
      write(world.graph);
      for (const client of clients) client.note();
    }
    if (next() < 0.5) await world.advance(next() * 600);
    for (const client of clients) {
      const chance = next();
      if (chance < 0.4) await client.read();
      else if (chance < 0.45) await client.cut();
    }
    if (step % 30 === 29) { for (const client of clients) await client.check(); }
  }
  for (const client of clients) await client.close();
  await world.advance(120_000);
  assertEquals(world.clients.count, 0);
}

for (let seed = 1; seed <= 20; seed++) {
  Deno.test(`Stream, a client's picture becomes the graph's (records, seed ${seed})`, async () => {
    const write = randomWriter(seed);
    await follow({ seed, kinds: testKinds, filters: FILTERS, write: (graph) => write([graph]) });
  });

  Deno.test(`Stream, a client's picture becomes the graph's (kinds that come and go, seed ${seed})`, async () => {
    const write = randomWriter(seed, { customKinds: true });
    await follow({ seed, kinds: testKinds, filters: KIND_FILTERS, write: (graph) => write([graph]) });
  });

  Deno.test(`Stream, a client's picture becomes the graph's (objects, seed ${seed})`, async () => {
    await follow({ seed, kinds, filters: OBJECT_FILTERS, write: objectWriter(seed) });
  });
}
