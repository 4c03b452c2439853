/**
 * Random writes, random filters, random readers: slow ones, and ones that are cut off and resume, here or at
 * another replica, sooner or later than their view or its ring lasts. Whenever a client has read all there
 * is, its picture must be what the graph answers to the same filter.
 */
import { assertEquals } from "@std/assert";
import { Graph } from "../../src/graph/graph.ts";
import type { Filter } from "../../src/graph/queries/select.ts";
import { encodeGraph } from "../../src/http/encode.ts";
import { WatchClients } from "../../src/http/watch_clients.ts";
import { parseLabelSelector } from "../../src/model/label_selector.ts";
import { Views } from "../../src/stream/views.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { random } from "../support/random.ts";
import { randomWriter } from "../support/random_writes.ts";
import { testKinds } from "../support/records.ts";
import { pictureOf, Watcher } from "../support/watcher.ts";

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

/** A graph and the server's side of the change stream. */
class World {
  readonly clock = new FakeClock();
  readonly graph = new Graph(testKinds, () => this.clock.now());
  readonly clients: WatchClients;
  readonly #views: Views;

  constructor({ ringBytesMax, messageBytesMax }: { ringBytesMax: number; messageBytesMax: number }) {
    const { graph, clock } = this;
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

  open(filter: Filter, rv?: string): ReadableStream<Uint8Array> {
    return this.clients.open({ filter, rv, labels: true, format: "lines", completed: undefined });
  }

  answer(filter: Filter) {
    const { read } = this.graph;
    const bytes = encodeGraph(read, read.select(filter), { now: 0, labels: true });
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  /** The uids that the filter lets through. */
  uids(filter: Filter): string[] {
    return [...this.graph.read.select(filter)].map((row) => this.graph.read.uid(row));
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
  /** Uids that the filter has let through at one time or another. */
  readonly #matched = new Set<string>();
  #watcher: Watcher;
  #reading: Promise<void> | undefined;
  #seen = 0;

  constructor(world: World, filter: Filter, next: () => number) {
    this.#world = world;
    this.filter = filter;
    this.#next = next;
    this.note();
    this.#watcher = new Watcher(world.open(filter));
  }

  /** To be called after every write. */
  note(): void {
    for (const uid of this.#world.uids(this.filter)) this.#matched.add(uid);
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
    this.#watcher = this.#watcher.resume(this.#world.open(this.filter, rv));
    this.#seen = 0;
  }

  /** Reads all there is, and compares. */
  async check(): Promise<void> {
    for (let i = 0; i < 60; i++) {
      await this.read();
      await this.#world.advance(250);
    }
    assertEquals(this.#watcher.isPartial, false);
    assertEquals(this.#watcher.picture, pictureOf(this.#world.answer(this.filter)));
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

for (let seed = 1; seed <= 30; seed++) {
  Deno.test(`Stream, a client's picture becomes the graph's (seed ${seed})`, async () => {
    const next = random(seed);
    const world = new World({
      // Some rings hold nearly nothing, so that clients fall off them.
      ringBytesMax: seed % 3 === 0 ? 500 : 1 << 20,
      // Some messages hold nearly nothing, so that clients are cut off in the midst of a batch.
      messageBytesMax: seed % 2 === 0 ? 300 : 64 << 10,
    });
    const write = randomWriter(seed);
    for (let i = 0; i < 50; i++) write([world.graph]);
    const clients = Array.from({ length: 4 }, () => {
      const filter = FILTERS[Math.floor(next() * FILTERS.length)] ?? {};
      return new Client(world, filter, next);
    });
    for (let step = 0; step < 150; step++) {
      const writes = next() < 0.1 ? 30 : 1;
      for (let i = 0; i < writes; i++) {
        write([world.graph]);
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
  });
}
