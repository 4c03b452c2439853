/**
 * The scopes that an asker may see, as one bit for each. Scopes and kinds come and go, and their numbers are
 * used again, so the bits of new scopes are computed when they are next read. That costs nothing while there
 * are no new scopes, and otherwise one comparison for each scope.
 */
import type { ResourceKind } from "../../model/resource_kind.ts";
import type { KindTable } from "../kind_table.ts";
import type { Tables } from "../tables/tables.ts";
import type { Extent, Visibility } from "./sight.ts";

/** What an asker may see. The answers must not change. */
export interface Permits {
  /** Reports whether all, some or none of the resources of a kind exist for the asker. */
  extentOf(kind: ResourceKind): Extent;
  /** Reports whether the resources of a kind in a namespace exist for the asker. "" for cluster-scoped kinds. */
  permits(kind: ResourceKind, namespace: string): boolean;
}

export class VisibleScopes implements Visibility {
  readonly #permits: Permits;
  readonly #tables: Tables;
  readonly #kinds: KindTable;
  #words = new Uint32Array(0);
  #scopesMade = -1;
  #kindChanges = -1;

  constructor(permits: Permits, { tables, kinds }: { tables: Tables; kinds: KindTable }) {
    this.#permits = permits;
    this.#tables = tables;
    this.#kinds = kinds;
  }

  has(scope: number): boolean {
    if (this.#scopesMade !== this.#tables.cohorts.scopesMade || this.#kindChanges !== this.#kinds.changes) {
      this.#refresh();
    }
    return (this.#words[scope >>> 5]! & 1 << (scope & 31)) !== 0;
  }

  includes(kind: number, namespace: number): boolean {
    return this.#permits.permits(this.#kinds.all[kind]!, this.#tables.strings.text(namespace));
  }

  extentOf(kind: number): Extent {
    return this.#permits.extentOf(this.#kinds.all[kind]!);
  }

  #refresh(): void {
    const { cohorts } = this.#tables;
    const after = this.#kindChanges === this.#kinds.changes ? this.#scopesMade : -1;
    const words = (cohorts.scopesEnd >>> 5) + 1;
    if (words > this.#words.length) {
      const grown = new Uint32Array(words);
      grown.set(this.#words);
      this.#words = grown;
    }
    cohorts.forEachScopeMadeAfter(after, (scope) => {
      const bit = 1 << (scope & 31);
      const isIn = this.includes(cohorts.kindOfScope(scope), cohorts.namespaceOfScope(scope));
      this.#words[scope >>> 5] = this.#words[scope >>> 5]! & ~bit | (isIn ? bit : 0);
    });
    this.#scopesMade = cohorts.scopesMade;
    this.#kindChanges = this.#kinds.changes;
  }
}
