import { NONE } from "../../arrays/columns.ts";
import { RowSet } from "../../arrays/row_set.ts";
import type { Scope, Stock } from "../../model/resource_sink.ts";
import { THERE } from "../tables/rows.ts";
import type { Tables } from "../tables/tables.ts";

/** The resources of a scope, which a verification checks off while the graph changes. */
export class GraphStock implements Stock {
  readonly #tables: Tables;
  readonly #kind: number;
  readonly #scope: Scope;
  /** The first row that did not exist at the start. Events have added the resources from here on. */
  readonly #end: number;
  readonly #ticked: RowSet;

  constructor(tables: Tables, kind: number, scope: Scope) {
    this.#tables = tables;
    this.#kind = kind;
    this.#scope = scope;
    this.#end = tables.rows.end;
    this.#ticked = new RowSet(this.#end);
  }

  tick(uid: string): string | undefined {
    const { uids, rows } = this.#tables;
    const row = uids.find(uid) ? rows.findUid(uids.words, 0) : NONE;
    if (row === NONE || !rows.has(row, THERE)) return undefined;
    if (row < this.#end) this.#ticked.add(row);
    return rows.resourceVersionOf(row);
  }

  rest(): string[] {
    const { cohorts, strings, rows, uids } = this.#tables;
    const { namespace } = this.#scope;
    const only = namespace === undefined ? NONE : strings.find(namespace);
    const rest: string[] = [];
    const visit = (row: number) => {
      if (row < this.#end && rows.has(row, THERE) && !this.#ticked.has(row)) {
        rest.push(uids.text(rows.uid.data, row * 4));
      }
    };
    for (let scope = cohorts.firstScope(this.#kind); scope !== NONE; scope = cohorts.nextScope(scope)) {
      if (namespace === undefined || cohorts.namespaceOfScope(scope) === only) {
        cohorts.forEachOfScope(scope, (cohort) => cohorts.forEachMember(cohort, visit));
      }
    }
    return rest;
  }
}
