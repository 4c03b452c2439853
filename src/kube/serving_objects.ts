import type { Serving } from "../model/resource_kind.ts";
import type { ResourceSink, Scope } from "../model/resource_sink.ts";

type What = Serving["what"];

/**
 * The names of the objects that make the API server serve kinds: CustomResourceDefinitions and APIServices, as
 * the reflectors deliver them. Any event of one means that the served kinds may have changed, even if the
 * graph keeps nothing that differs.
 */
export class ServingObjects {
  readonly #onChange: () => void;
  /** The names of complete lists. */
  readonly #names = new Map<What, Set<string>>();
  /** The names of lists that are not complete yet. */
  readonly #lists = new Map<What, Set<string>>();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Reports whether a definition of a kind exists. Returns undefined if the definitions are not known. */
  isDefined({ plural, group }: { plural: string; group: string }): boolean | undefined {
    return this.#names.get("kinds")?.has(`${plural}.${group}`);
  }

  /**
   * Reports whether another server behind the API server serves a version of a group. Returns undefined if
   * these servers are not known.
   */
  isAggregated({ version, group }: { version: string; group: string }): boolean | undefined {
    return this.#names.get("versions")?.has(`${version}.${group}`);
  }

  /** Reports whether all known definitions are among these plurals with their groups. */
  areServed(plurals: ReadonlySet<string>): boolean {
    return this.#names.get("kinds")?.isSubsetOf(plurals) ?? true;
  }

  /** Returns a sink that passes everything on. */
  tap(sink: ResourceSink): ResourceSink {
    return {
      begin: (scope) => {
        if (scope.kind.serves) this.#lists.set(scope.kind.serves.what, new Set());
        sink.begin(scope);
      },
      upsert: (scope, object) => {
        sink.upsert(scope, object);
        this.#take(scope, object, false);
      },
      remove: (scope, object) => {
        sink.remove(scope, object);
        this.#take(scope, object, true);
      },
      end: (scope) => {
        sink.end(scope);
        if (scope.kind.serves) this.#complete(scope.kind.serves.what);
      },
      abandon: (scope) => {
        if (scope.kind.serves) this.#lists.delete(scope.kind.serves.what);
        sink.abandon(scope);
      },
      size: (scope) => sink.size(scope),
      stock: (scope) => sink.stock(scope),
    };
  }

  #take({ kind: { serves } }: Scope, object: unknown, isGone: boolean): void {
    if (serves === undefined) return;
    const list = this.#lists.get(serves.what);
    const names = list ?? this.#names.get(serves.what);
    const { name, isServing } = serves.nameOf(object);
    if (isServing && !isGone) names?.add(name);
    else names?.delete(name);
    if (list === undefined) this.#onChange();
  }

  #complete(what: What): void {
    const names = this.#lists.get(what);
    if (names === undefined) return;
    this.#lists.delete(what);
    this.#names.set(what, names);
    this.#onChange();
  }
}
