/**
 * The namespaces in which somebody may have rights of their own. RBAC grants rights in a namespace only by objects
 * in it, and these name the users and groups to whom they grant something. So the others need not be asked for.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import type { ResourceSink, Scope } from "../model/resource_sink.ts";

/** A user as the API server knows them. */
export interface Identity {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface GrantedNamespacesOptions {
  readonly graph: GraphReader;
  /** Reports whether some resources of the kind in a namespace are not followed. */
  readonly isLimited: (kind: ResourceKind, namespace: string) => boolean;
}

interface Grant {
  readonly namespace: string;
  readonly grantees: readonly string[];
}

/** Every authenticated user is in it, whether or not the API server says so. */
const EVERYBODY = "group system:authenticated";

export class GrantedNamespaces {
  readonly #options: GrantedNamespacesOptions;
  /** The grants by scope and uid: of complete lists, and of lists that are not complete yet. */
  readonly #known = new Map<string, Map<string, Grant>>();
  readonly #lists = new Map<string, Map<string, Grant>>();
  /** The namespaces by grantee. Undefined: not computed since the last change. */
  #byGrantee: Map<string, Set<string>> | undefined;

  constructor(options: GrantedNamespacesOptions) {
    this.#options = options;
  }

  /** Returns the namespaces to ask for. If not all grants are known, these are all namespaces. */
  of({ name, groups }: Identity): string[] {
    const { graph, isLimited } = this.#options;
    const number = graph.kinds.findIndex(({ grantsTo }) => grantsTo !== undefined);
    const kind = graph.kinds[number];
    if (kind === undefined || !graph.isSynced(number) || isLimited(kind, "")) {
      return Array.from(graph.namespaces(), (id) => graph.text.text(id));
    }
    const byGrantee = this.#byGrantee ??= this.#index();
    const grantees = [`user ${name}`, EVERYBODY, ...groups.map((group) => `group ${group}`)];
    return [...new Set(grantees.flatMap((grantee) => [...byGrantee.get(grantee) ?? []]))];
  }

  /** Returns a sink that passes everything on, and shows this object the grants. */
  tap(sink: ResourceSink): ResourceSink {
    return {
      begin: (scope) => {
        if (scope.kind.grantsTo) this.#lists.set(keyOf(scope), new Map());
        sink.begin(scope);
      },
      upsert: (scope, object) => {
        sink.upsert(scope, object);
        if (scope.kind.grantsTo) this.#take(scope, object, scope.kind.grantsTo(object));
      },
      remove: (scope, object) => {
        sink.remove(scope, object);
        if (scope.kind.grantsTo) this.#take(scope, object, []);
      },
      end: (scope) => {
        this.#complete(scope);
        sink.end(scope);
      },
      abandon: (scope) => {
        this.#lists.delete(keyOf(scope));
        sink.abandon(scope);
      },
      size: (scope) => sink.size(scope),
      stock: (scope) => sink.stock(scope),
    };
  }

  #take(scope: Scope, object: unknown, grantees: readonly string[]): void {
    const { uid, namespace } = (object as { readonly metadata?: Record<string, unknown> } | null)?.metadata ??
      {};
    if (typeof uid !== "string" || typeof namespace !== "string") return;
    const key = keyOf(scope);
    const list = this.#lists.get(key);
    const grants = list ?? this.#known.get(key) ?? new Map<string, Grant>();
    if (list === undefined) this.#known.set(key, grants);
    if (grantees.length > 0) grants.set(uid, { namespace, grantees });
    else grants.delete(uid);
    this.#byGrantee = undefined;
  }

  #complete(scope: Scope): void {
    const key = keyOf(scope);
    const list = this.#lists.get(key);
    if (list === undefined) return;
    this.#lists.delete(key);
    this.#known.set(key, list);
    this.#byGrantee = undefined;
  }

  #index(): Map<string, Set<string>> {
    const index = new Map<string, Set<string>>();
    for (const grants of this.#known.values()) {
      for (const { namespace, grantees } of grants.values()) {
        for (const grantee of grantees) {
          let namespaces = index.get(grantee);
          if (namespaces === undefined) index.set(grantee, namespaces = new Set());
          namespaces.add(namespace);
        }
      }
    }
    return index;
  }
}

function keyOf({ kind, namespace = "" }: Scope): string {
  return `${kind.plural} ${namespace}`;
}
