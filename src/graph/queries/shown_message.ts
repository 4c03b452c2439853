/**
 * The message that answers show. It is the one that the resource's own fields give, unless the kind has a
 * better one for the time in which a target is in Error.
 */
import { relationNumber } from "../../model/relation.ts";
import type { ResourceKind } from "../../model/resource_kind.ts";
import { STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import { REVERSED } from "../tables/references.ts";
import type { Tables } from "../tables/tables.ts";
import { kindOf, type Retold, sees, type Sight } from "./sight.ts";
import { forEachSource } from "./walk.ts";

const ERROR = STATUSES.indexOf("Error");

/** Returns the messages that kinds replace. The caller holds their strings. */
export function internRetold({ strings }: Tables, kinds: readonly ResourceKind[]): Retold[] {
  return kinds.flatMap(({ retells }) =>
    retells === undefined ? [] : [{
      from: strings.intern(retells.from),
      to: strings.intern(retells.to),
      relation: relationNumber(retells.relation),
      targetKind: retells.targetKind,
    }]
  );
}

/** Returns the string id of the message that answers show. */
export function shownMessage(sight: Sight, row: number): number {
  const message = sight.tables.rows.message.data[row]!;
  for (const { from, to, relation } of sight.retold) {
    if (message === from && hasTargetInError(sight, row, relation)) return to;
  }
  return message;
}

/** Visits the resources whose shown message may differ after a change of a target. */
export function forEachRetoldBy(sight: Sight, target: number, visit: (row: number) => void): void {
  for (const { from, relation, targetKind } of sight.retold) {
    if (kindOf(sight, target).kind !== targetKind) continue;
    forEachSource(sight, target, (type, source) => {
      if (type === relation && sight.tables.rows.message.data[source] === from) visit(source);
    });
  }
}

function hasTargetInError(sight: Sight, row: number, relation: number): boolean {
  const { references, rows } = sight.tables;
  for (let at = references.first(row); at !== NONE; at = references.after(at)) {
    const target = references.target.data[at]!;
    const isOfType = references.type.data[at] === relation && !references.has(at, REVERSED);
    if (!isOfType || !references.isRelation(at)) continue;
    if (rows.status.data[target] === ERROR && sees(sight, target)) return true;
  }
  return false;
}
