/**
 * What exists for an asker: kinds in all namespaces, and kinds in single namespaces. Equal rights have equal
 * keys, and share one reader of the graph, and with it all answers and views.
 */
import { createHash } from "node:crypto";
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Extent } from "../graph/queries/sight.ts";
import type { Permits } from "../graph/queries/visible_scopes.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import { ListRules } from "./rules.ts";

export class Rights implements Permits {
  readonly everywhere: ListRules;
  /** Rules beyond those that hold everywhere. */
  readonly #inNamespace: ReadonlyMap<string, ListRules>;
  /** The different rules of namespaces. There are few. */
  readonly #partial: readonly ListRules[];
  readonly key: string;

  constructor(everywhere: ListRules, inNamespace: Iterable<readonly [string, ListRules]>) {
    this.everywhere = everywhere;
    const shared = new Map<string, ListRules>();
    const own = new Map<string, ListRules>();
    for (const [namespace, rules] of inNamespace) {
      const rest = rules.without(everywhere);
      if (rest.isEmpty) continue;
      const known = shared.get(rest.text) ?? rest;
      shared.set(rest.text, known);
      own.set(namespace, known);
    }
    this.#inNamespace = own;
    this.#partial = [...shared.values()];
    this.key = everywhere.isEverything ? "" : keyOf(everywhere, own);
  }

  /** The namespaces with rights of their own, sorted. */
  get namespaces(): string[] {
    return [...this.#inNamespace.keys()].sort();
  }

  permits(kind: ResourceKind, namespace: string): boolean {
    if (this.everywhere.permits(kind)) return true;
    return kind.namespaced && (this.#inNamespace.get(namespace)?.permits(kind) ?? false);
  }

  extentOf(kind: ResourceKind): Extent {
    if (this.everywhere.permits(kind)) return "all";
    return kind.namespaced && this.#partial.some((rules) => rules.permits(kind)) ? "some" : "none";
  }
}

function keyOf(everywhere: ListRules, inNamespace: ReadonlyMap<string, ListRules>): string {
  const hash = createHash("sha256").update(everywhere.text);
  for (const namespace of [...inNamespace.keys()].sort()) {
    hash.update(`\n${namespace} ${inNamespace.get(namespace)?.text}`);
  }
  return hash.digest("hex").slice(0, 32);
}

/** What somebody sees: shared by all with equal rights. */
export interface Seen {
  readonly graph: GraphReader;
  readonly rights: string;
  readonly namespaces: readonly string[];
}

/** The maximum number of sets of rights that are kept. */
const RIGHTS_MAX = 500;

/** The readers of the graph by rights. The one that was not used for the longest time is dropped first. */
export class SeenByRights {
  readonly #graph: GraphReader;
  readonly #known = new Map<string, Seen>();

  constructor(graph: GraphReader) {
    this.#graph = graph;
  }

  of(rights: Rights): Seen {
    let seen = this.#known.get(rights.key);
    if (seen === undefined) {
      const { key, namespaces, everywhere } = rights;
      seen = everywhere.isEverything
        ? { graph: this.#graph, rights: "", namespaces: [] }
        : { graph: this.#graph.seenBy(rights), rights: key, namespaces };
    } else this.#known.delete(rights.key);
    this.#known.set(rights.key, seen);
    if (this.#known.size > RIGHTS_MAX) this.#known.delete(this.#known.keys().next().value!);
    return seen;
  }
}
