/** The HTTP API over a graph of objects, without sockets, for tests to request from. */
import { Graph } from "../../src/graph/graph.ts";
import { createRouter } from "../../src/http/router.ts";
import type { RouterDeps } from "../../src/http/router_deps.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { WatchClients } from "../../src/http/watch_clients.ts";
import { Views } from "../../src/stream/views.ts";
import { KindRegistry, kinds } from "../../src/kinds/registry.ts";
import type { KindRule } from "../../src/kinds/rule.ts";
import type { KindState } from "../../src/model/kind_status.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingLog } from "../support/recording_log.ts";
import type { KubeObject } from "./objects.ts";

export const NOW = Date.parse("2026-01-02T00:00:00Z");

export interface ApiOptions extends Partial<RouterDeps> {
  /** States of kinds; the others are synced. */
  readonly states?: Readonly<Record<string, KindState>>;
  readonly customKinds?: readonly KindRule[];
  /** Bytes that the rings of the change stream may take. */
  readonly ringBytesMax?: number | undefined;
}

export class Api {
  readonly clock = new FakeClock(NOW);
  readonly log = new RecordingLog();
  readonly graph = new Graph(kinds, () => this.clock.now());
  readonly views: Views;
  readonly watchClients: WatchClients;
  readonly #registry = new KindRegistry();
  readonly #customKinds = new Set<KindRule>();
  readonly #app: ReturnType<typeof createRouter>;

  constructor(
    objects: Iterable<KubeObject> = [],
    { states = {}, customKinds = [], ringBytesMax, ...deps }: ApiOptions = {},
  ) {
    for (const kind of customKinds) this.addKind(kind);
    const statuses = () =>
      [...kinds, ...this.#customKinds].map((kind) => ({ kind, state: stateOf(kind.kind), lastEvent: NOW }));
    const stateOf = (kind: string) => states[kind] ?? "synced";
    for (const object of objects) this.put(object);
    for (const kind of kinds) this.graph.setSynced(kind, stateOf(kind.kind) === "synced");
    this.views = new Views({
      graph: this.graph.read,
      listen: (listener) => this.graph.listen(listener),
      clock: this.clock,
      ringBytesMax,
    });
    this.watchClients = new WatchClients({
      graph: this.graph.read,
      views: this.views,
      clock: this.clock,
      kindStatuses: statuses,
    });
    this.#app = createRouter({
      readPageFile: () => Promise.resolve(undefined),
      watchClients: this.watchClients,
      graph: this.graph.read,
      kindStatuses: statuses,
      readiness: () => ({ shuttingDown: false, restored: false }),
      persistence: () => ({ enabled: false }),
      isLimited: () => false,
      allowsHost: () => true,
      clock: this.clock,
      metrics: { answered: () => {}, text: () => Promise.resolve("# nothing\n") },
      log: this.log,
      ...deps,
    });
  }

  /** Answers a request of Deno.serve. */
  get fetch(): Deno.ServeHandler {
    return this.#app.fetch;
  }

  put(object: KubeObject): void {
    const [version = "", group] = object.apiVersion.split("/").reverse();
    const { find } = this.#registry;
    const kind = find(group ?? "", object.kind);
    if (!kind) throw new TypeError(`No kind ${object.kind} in ${group} ${version}`);
    this.graph.upsert(makeRecord(kind, object, find));
  }

  addKind(kind: KindRule): void {
    this.#registry.set(kind);
    this.#customKinds.add(kind);
    this.graph.addKind(kind);
    this.graph.setSynced(kind, true);
  }

  removeKind(kind: KindRule): void {
    this.#registry.delete(kind);
    this.#customKinds.delete(kind);
    this.graph.removeKind(kind);
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    return Promise.resolve(this.#app.request(path, init));
  }

  /** The JSON that is answered, whatever the status. */
  // deno-lint-ignore no-explicit-any -- tests say what they expect
  async get(path: string): Promise<any> {
    return await (await this.request(path)).json();
  }

  /** The names of a list's resources or of a graph's nodes, sorted. */
  async names(path: string): Promise<string[]> {
    const answer = await this.get(path);
    const named: { name: string }[] = answer.nodes ?? answer;
    return named.map(({ name }) => name).sort();
  }

  /** Status, code and message of an error. */
  async failure(
    path: string,
    init: RequestInit = {},
  ): Promise<[status: number, code: string, message: string]> {
    const response = await this.request(path, init);
    const { error: { code, message } } = await response.json();
    return [response.status, code, message];
  }
}
