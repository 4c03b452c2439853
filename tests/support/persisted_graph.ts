/** A graph with its persistence on a database in memory, combined as in the composition root. */
import { Graph } from "../../src/graph/graph.ts";
import { customRule } from "../../src/kinds/custom/custom_rule.ts";
import type { KindState, KindStatus } from "../../src/model/kind_status.ts";
import type { ResourceRecord } from "../../src/model/record.ts";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import { Persistence } from "../../src/persist/persistence.ts";
import type { FakeClock } from "./fake_clock.ts";
import type { MemoryStore } from "./memory_store.ts";
import { RecordingLog } from "./recording_log.ts";
import { record, testKinds } from "./records.ts";

/** The kinds of the tests, and one whose resources are namespaces. */
export const namespaceKind: ResourceKind = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
  metadataOnly: false,
  labelLimited: false,
  isNamespace: true,
};
export const persistedKinds = [...testKinds, namespaceKind];
export const SERVER = "https://cluster:6443";
export const CLUSTER = "00000000-0000-4000-8000-00000000c1a5";

export interface PersistedGraphOptions {
  readonly snapshotInterval?: number;
  readonly adopt?: boolean;
  readonly server?: string;
  readonly caSha256?: string | undefined;
}

export class PersistedGraph {
  readonly graph = new Graph(persistedKinds);
  readonly log = new RecordingLog();
  readonly persistence: Persistence;
  readonly #clock: FakeClock;
  readonly #states = new Map<ResourceKind, KindState>();
  readonly #customKinds = new Set<ResourceKind>();
  readonly #heard = new Map<ResourceKind, number>();
  readonly #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(
    store: MemoryStore,
    clock: FakeClock,
    { snapshotInterval = 5_000, adopt = false, server = SERVER, caSha256 }: PersistedGraphOptions = {},
  ) {
    this.#clock = clock;
    this.persistence = new Persistence({
      store,
      graph: this.graph.read,
      kindStatuses: () => this.#statuses(),
      apiServer: { address: server, caSha256 },
      writer: "astrolabe test",
      batchSize: 3,
      flushInterval: 30_000,
      snapshotInterval,
      adopt,
      log: this.log,
      clock,
    });
  }

  /** Restores the saved graph, then saves until `stop`. */
  async start(): Promise<readonly ResourceKind[]> {
    const restoring = this.persistence.restore({
      restore: (record) => {
        this.graph.restore(record);
        return true;
      },
      forget: (uid) => this.graph.forget(uid),
      expect: (kinds) => kinds.forEach((kind) => this.addKind(customRule(kind))),
    }, this.#stop.signal);
    const restored = [...await this.#passing(restoring)];
    this.graph.listen(this.persistence.journal);
    this.#ended = this.persistence.run(this.#stop.signal);
    return restored;
  }

  addKind(kind: ResourceKind): void {
    this.#customKinds.add(kind);
    this.graph.addKind(kind);
    this.persistence.kindsChanged();
  }

  removeKind(kind: ResourceKind): void {
    this.#customKinds.delete(kind);
    this.graph.removeKind(kind);
    this.persistence.kindsChanged();
  }

  /** Delivers the complete list of a kind. */
  sync(kind: ResourceKind, records: readonly ResourceRecord[]): void {
    this.graph.beginReplace({ kind });
    for (const record of records) this.graph.upsert(record);
    this.graph.endReplace({ kind });
    this.become(kind, "synced");
  }

  /** Syncs all kinds, with these resources and the namespace that identifies the cluster. */
  syncAll(records: readonly ResourceRecord[], cluster = CLUSTER): void {
    const all = [...records, record({ kind: namespaceKind, uid: cluster, name: "kube-system" })];
    for (const kind of persistedKinds) this.sync(kind, all.filter((it) => it.kind === kind));
  }

  /** The API server says something of a kind. */
  hear(kind: ResourceKind): void {
    this.#heard.set(kind, this.#clock.now());
  }

  become(kind: ResourceKind, state: KindState): void {
    this.#states.set(kind, state);
    this.graph.setSynced(kind, state === "synced");
    this.persistence.kindsChanged();
  }

  /** Lets time pass until the condition is true. Rejects if it never is. */
  async until(condition: () => boolean): Promise<void> {
    for (let step = 0; step < 3_000; step++) {
      if (condition()) return;
      await this.#step();
    }
    throw new Error(`waited in vain; the log:\n${this.log.lines.join("\n")}`);
  }

  /** Lets this many milliseconds pass. */
  async pass(milliseconds: number): Promise<void> {
    for (const end = this.#clock.now() + milliseconds; this.#clock.now() < end;) await this.#step();
  }

  /** Waits until nothing is dirty and a complete comparison has begun and ended. */
  async untilSaved(): Promise<void> {
    const { journal } = this.persistence;
    const count = () => this.persistence.numbers().snapshots;
    const before = count();
    await this.until(() => count() >= before + 2 && journal.size === 0);
  }

  says(words: string): boolean {
    return this.log.lines.some((line) => line.includes(words));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#passing(this.#ended);
  }

  async #passing<T>(promise: Promise<T>): Promise<T> {
    let pending = true;
    const done = promise.finally(() => pending = false);
    done.catch(() => {});
    while (pending) await this.#step();
    return await done;
  }

  async #step(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    this.#clock.advance(250);
  }

  #statuses(): KindStatus[] {
    return [...persistedKinds, ...this.#customKinds].map((kind) => ({
      kind,
      state: this.#states.get(kind) ?? "listing",
      lastEvent: this.#heard.get(kind) ?? 0,
    }));
  }
}
