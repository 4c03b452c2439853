import { NONE } from "../../arrays/columns.ts";
import { ACTIVE, OPTIONAL, REVERSED, SELECTOR } from "../tables/references.ts";
import type { Tables } from "../tables/tables.ts";

/** The meaning of a relation, from the references that declare it. */
export interface Evidence {
  /** The places at which they stand, as bits of `VIAS`. */
  readonly via: number;
  /** All of them are optional. */
  readonly optional: boolean;
}

/** A relation by rows; `type` is a number in `RELATION_TYPES`. */
export interface RelationKey {
  readonly type: number;
  readonly from: number;
  readonly to: number;
}

/** Returns how a relation is meant. One that a selector declares stands at no place and is not optional. */
export function evidenceOf({ references }: Tables, { type, from, to }: RelationKey): Evidence {
  let via = 0;
  let declared = false;
  let optional = true;
  const collect = (source: number, target: number, reversed: boolean) => {
    for (let at = references.first(source); at !== NONE; at = references.after(at)) {
      const isIt = references.target.data[at] === target && references.type.data[at] === type &&
        !references.has(at, SELECTOR) && references.has(at, ACTIVE) &&
        references.has(at, REVERSED) === reversed;
      if (!isIt) continue;
      declared = true;
      via |= references.via(at);
      optional &&= references.has(at, OPTIONAL);
    }
  };
  collect(from, to, false);
  collect(to, from, true);
  return { via, optional: declared && optional };
}
