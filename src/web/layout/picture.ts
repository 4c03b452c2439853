/**
 * Turns the graph of a release, or of an owner, into what a band shows: cards in lanes, rows of what they
 * use, and lines. Pods, ReplicaSets and Jobs fold into their workload, endpoints into their Service, a claim's
 * volume and class into the claim. A pure function of the answers.
 */
import type { Edge, Graph, Key, Node, Problem, Status } from "../answers.ts";
import { CHIPS, ENTRY_KINDS, FOLDED, WORKLOAD_KINDS } from "./kinds.ts";

export interface Card {
  readonly node: Node;
  /** Further words beside the kind, such as the class and the TLS Secrets of an Ingress. */
  readonly notes: readonly string[];
}

export interface Workload extends Card {
  readonly pods: readonly Node[];
  /** The ReplicaSets and Jobs that are folded in. */
  readonly folded: readonly Node[];
  readonly chips: readonly { readonly label: string; readonly node: Node }[];
  /** The reasons of its Pods that are not Ready, each with their number. */
  readonly reasons: readonly { readonly text: string; readonly count: number; readonly status: Status }[];
}

export interface Use {
  /** Undefined: the target does not exist. */
  readonly node: Node | undefined;
  readonly key: Key;
  /** The names that follow it: the volume and the class of a claim. */
  readonly leadsTo: readonly Node[];
  /** It belongs to no release or to another one, so that others may use it too. */
  readonly isShared: boolean;
}

export interface Picture {
  readonly entries: readonly Card[];
  readonly services: readonly Card[];
  readonly workloads: readonly Workload[];
  readonly uses: readonly Use[];
  /** Between the ids of cards and rows. */
  readonly lines: readonly { readonly from: string; readonly to: string; readonly isMissing: boolean }[];
}

const BADNESS: Readonly<Record<Status, number>> = { Error: 0, Pending: 1, Unknown: 2, Ready: 3 };

/** Returns the id of a row: a uid, or the key of what does not exist. */
export function idOfUse({ node, key }: Use): string {
  return node?.uid ?? `missing ${key.kind} ${key.namespace} ${key.name}`;
}

export function pictureOf(graph: Graph, problems: readonly Problem[], scope: Scope = {}): Picture {
  const index = new GraphIndex(graph);
  const tops = index.workloads();
  const topOf = new Map<string, Node>();
  for (const top of tops) for (const { uid } of index.within(top)) topOf.set(uid, top);

  const services = graph.nodes.filter(({ kind }) => kind === "Service");
  const entries = graph.nodes.filter(({ kind }) => ENTRY_KINDS.has(kind));
  const workloads = tops.map((top) => workloadOf(index, top));
  const drawn = new Set([...services, ...entries, ...tops].map(({ uid }) => uid));
  const leading = new Set(
    graph.edges.flatMap(({ type, from, to }) =>
      index.node(from)?.kind === "PersistentVolumeClaim" && (type === "binds" || type === "uses-storageclass")
        ? [to]
        : []
    ),
  );
  for (const { uid } of [...leading].flatMap((volume) => index.targets(volume, "uses-storageclass"))) {
    leading.add(uid);
  }
  const usedByEntry = new Set(entries.flatMap(({ uid }) => index.targets(uid).map((it) => it.uid)));

  // What is left is used, unless it is drawn within something else.
  const rest = graph.nodes.filter(({ uid, kind }) =>
    !drawn.has(uid) && !topOf.has(uid) && !FOLDED.has(kind) && !leading.has(uid) && !(kind in CHIPS) &&
    !(usedByEntry.has(uid) && index.sources(uid).every((it) => ENTRY_KINDS.has(it.kind)))
  );
  const present = rest.map((node): Use => ({
    node,
    key: node,
    leadsTo: node.kind === "PersistentVolumeClaim" ? index.beyondClaim(node) : [],
    isShared: !isOf(node, scope),
  }));
  const missing = missingOf(problems);
  const lines = new Map<string, { from: string; to: string; isMissing: boolean }>();
  const draw = (from: string, to: string, isMissing = false) => {
    if (from !== to) lines.set(`${from} ${to}`, { from, to, isMissing });
  };
  const top = (uid: string) => topOf.get(uid)?.uid ?? uid;
  const rows = new Set(rest.map(({ uid }) => uid));
  for (const { type, from, to } of graph.edges) {
    const [a, b] = [index.node(from), index.node(to)];
    if (a === undefined || b === undefined || type === "endpoints") continue;
    if (type === "owns" && !(topOf.has(from) && rows.has(to))) continue;
    if (ENTRY_KINDS.has(a.kind) && (b.kind === "Service" || ENTRY_KINDS.has(b.kind))) draw(from, to);
    else if (a.kind === "Service" && type === "selects" && topOf.has(to)) draw(from, top(to));
    else if (topOf.has(from) && rows.has(to)) draw(top(from), to);
    else if (rows.has(from) && topOf.has(to) && type !== "selects") draw(top(to), from);
  }
  for (const { use, sources } of missing) {
    for (const source of sources) if (index.node(source)) draw(top(source), idOfUse(use), true);
  }
  const uses = [...missing.map(({ use }) => use), ...present];
  return order({
    entries: entries.map((node) => ({ node, notes: notesOfEntry(index, node) })),
    services: services.map((node) => ({ node, notes: [] })),
    workloads,
    uses,
    lines: [...lines.values()],
  });
}

/** The release whose band is drawn, if it has one. */
export interface Scope {
  readonly release?: { readonly namespace: string; readonly name: string } | undefined;
}

function isOf({ release = "", releaseNamespace = "" }: Node, { release: own }: Scope): boolean {
  return own !== undefined && release === own.name && releaseNamespace === own.namespace;
}

function missingOf(problems: readonly Problem[]): { use: Use; sources: Set<string> }[] {
  const found = new Map<string, { use: Use; sources: Set<string> }>();
  for (const { target, uid, type } of problems) {
    if (target === undefined || type !== "unresolved-reference") continue;
    const use: Use = { node: undefined, key: target, leadsTo: [], isShared: false };
    const entry = found.get(idOfUse(use)) ?? { use, sources: new Set() };
    entry.sources.add(uid);
    found.set(idOfUse(use), entry);
  }
  return [...found.values()];
}

function workloadOf(index: GraphIndex, top: Node): Workload {
  const within = index.within(top);
  const pods = within.filter(({ kind }) => kind === "Pod").sort(compareByStatus);
  const folded = within.filter(({ uid, kind }) => uid !== top.uid && kind !== "Pod").sort(compareByStatus);
  const chips = new Map<string, { label: string; node: Node }>();
  for (const uid of [top.uid, ...within.map((it) => it.uid)]) {
    for (const node of index.sources(uid)) {
      const label = CHIPS[node.kind];
      if (label !== undefined) chips.set(node.uid, { label, node });
    }
  }
  return { node: top, notes: [], pods, folded, chips: [...chips.values()], reasons: reasonsFor(top, pods) };
}

/** The reasons of the Pods, or the workload's own where all its Pods are well. */
function reasonsFor({ status, message, kind }: Node, pods: readonly Node[]): Workload["reasons"] {
  const reasons = reasonsOf(pods);
  if (reasons.length > 0 || status === "Ready" || kind === "Pod" && pods.length > 0) return reasons;
  return [{ text: message, count: 1, status }];
}

/** Counts the messages of Pods that are not Ready, in the words of the container alone. */
export function reasonsOf(pods: readonly Node[]): Workload["reasons"] {
  const counts = new Map<string, { text: string; count: number; status: Status }>();
  for (const { status, message } of pods) {
    if (status === "Ready") continue;
    const text = message.replace(/^(Init container|Container) [^ ]+: /, "");
    const entry = counts.get(text) ?? { text, count: 0, status };
    entry.count++;
    counts.set(text, entry);
  }
  return [...counts.values()].sort((a, b) => BADNESS[a.status] - BADNESS[b.status] || b.count - a.count);
}

/** Returns the TLS Secrets of an entry, then its class. */
function notesOfEntry(index: GraphIndex, { uid }: Node): string[] {
  const targets = index.targets(uid);
  const named = (kind: string, word: string) =>
    targets.filter((it) => it.kind === kind).map(({ name }) => `${word} ${name}`);
  return [...named("Secret", "TLS"), ...named("IngressClass", "class")];
}

function compareByStatus(a: Node, b: Node): number {
  return BADNESS[a.status] - BADNESS[b.status] || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** Sorts each lane so that few lines cross: workloads first, and the other lanes by the workloads they meet. */
function order(picture: Picture): Picture {
  const workloads = [...picture.workloads].sort((a, b) =>
    Math.min(BADNESS[a.node.status], ...a.pods.map((it) => BADNESS[it.status])) -
      Math.min(BADNESS[b.node.status], ...b.pods.map((it) => BADNESS[it.status])) ||
    compareByStatus(a.node, b.node)
  );
  const place = new Map(workloads.map(({ node }, i) => [node.uid, i]));
  const firstPlace = (id: string) => {
    const places = picture.lines.flatMap(({ from, to }) =>
      from === id ? [place.get(to) ?? Infinity] : to === id ? [place.get(from) ?? Infinity] : []
    );
    return Math.min(...places, Infinity);
  };
  const sorted = <T>(items: readonly T[], keyOf: (item: T) => string, badness: (item: T) => number) => {
    const places = new Map(items.map((item) => [item, firstPlace(keyOf(item))]));
    const by = (item: T) => places.get(item) ?? Infinity;
    const compare = (a: T, b: T) => badness(a) - badness(b) || (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0);
    const result = [...items].sort(compare);
    result.forEach((item, i) => place.set(keyOf(item), by(item) === Infinity ? items.length + i : by(item)));
    return result;
  };
  const services = sorted(picture.services, ({ node }) => node.uid, () => 0);
  const entries = sorted(picture.entries, ({ node }) => node.uid, () => 0);
  const uses = sorted(
    [...picture.uses].sort((a, b) =>
      kindOrder(a.key.kind) - kindOrder(b.key.kind) || compareText(a.key.name, b.key.name)
    ),
    idOfUse,
    ({ node }) => node === undefined ? -1 : BADNESS[node.status],
  );
  return { ...picture, workloads, services, entries, uses };
}

const USE_KINDS = ["ConfigMap", "Secret", "PersistentVolumeClaim", "ServiceAccount"];

function kindOrder(kind: string): number {
  const place = USE_KINDS.indexOf(kind);
  return place === -1 ? USE_KINDS.length : place;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The nodes and edges of an answer, by uid. */
class GraphIndex {
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #out = new Map<string, Edge[]>();
  readonly #in = new Map<string, Edge[]>();

  constructor({ nodes, edges }: Graph) {
    this.#nodes = new Map(nodes.map((node) => [node.uid, node]));
    for (const edge of edges) {
      push(this.#out, edge.from, edge);
      push(this.#in, edge.to, edge);
    }
  }

  node(uid: string): Node | undefined {
    return this.#nodes.get(uid);
  }

  targets(uid: string, type?: string): Node[] {
    return this.#ends(this.#out.get(uid), type, ({ to }) => to);
  }

  sources(uid: string, type?: string): Node[] {
    return this.#ends(this.#in.get(uid), type, ({ from }) => from);
  }

  /** Returns the topmost owners of Pods, and workloads without any. */
  workloads(): Node[] {
    const tops = new Set<Node>();
    for (const node of this.#nodes.values()) if (WORKLOAD_KINDS.has(node.kind)) tops.add(this.#top(node));
    return [...tops];
  }

  /** Returns a node and all that it owns, at any depth. */
  within(top: Node): Node[] {
    const seen = new Set([top]);
    for (const node of seen) for (const owned of this.targets(node.uid, "owns")) seen.add(owned);
    return [...seen].filter((node) => node === top || WORKLOAD_KINDS.has(node.kind));
  }

  /** Returns the volume and the class of a claim. */
  beyondClaim({ uid }: Node): Node[] {
    const volumes = this.targets(uid, "binds");
    const classes = [uid, ...volumes.map((it) => it.uid)].flatMap((it) =>
      this.targets(it, "uses-storageclass")
    );
    return [...new Set([...volumes, ...classes])];
  }

  #top(node: Node): Node {
    const seen = new Set([node]);
    let top = node;
    for (;;) {
      const [owner] = this.sources(top.uid, "owns").filter(({ kind }) => kind !== "Node");
      if (owner === undefined || seen.has(owner)) return top;
      seen.add(owner);
      top = owner;
    }
  }

  #ends(edges: readonly Edge[] = [], type: string | undefined, end: (edge: Edge) => string): Node[] {
    return edges.flatMap((edge) => {
      const node = type === undefined || edge.type === type ? this.#nodes.get(end(edge)) : undefined;
      return node === undefined ? [] : [node];
    });
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
