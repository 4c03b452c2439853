import { RELATION_MEANINGS, RELATION_TYPES, relationNumber } from "../../model/relation.ts";
import { NONE } from "../../arrays/columns.ts";
import { RowSet } from "../../arrays/row_set.ts";
import type { RelationKey } from "./evidence.ts";
import { addCoreOfReleases, isStorage, ownReleaseOf } from "./membership.ts";
import { kindOf, type Sight } from "./sight.ts";
import { controllerOf, forEachOwner, forEachSource, forEachTarget } from "./walk.ts";

/** A chain of resources and the relations between them. */
export interface Path {
  /** Rows, the beginning of the chain first. */
  readonly nodes: readonly number[];
  readonly edges: readonly RelationKey[];
}

const NOWHERE: Path = { nodes: [], edges: [] };
const OWNS = relationNumber("owns");

/**
 * Returns the chain of relations through which a row is in the answer about releases, from a resource that
 * names one of them to the row. It is empty if the row is not in the answer. The rules are those of
 * `membership.ts`.
 */
export function pathFromRelease(sight: Sight, row: number, releases: readonly number[]): Path {
  if (isStorage(sight, row)) return NOWHERE;
  const core = new RowSet(sight.tables.rows.end);
  addCoreOfReleases(sight, releases, core);
  if (core.has(row)) return pathOfOwned(sight, row, core);

  const attaching = ownReleaseOf(sight, row) === NONE ? attachingRelation(sight, row, core) : undefined;
  if (attaching !== undefined) return extended(sight, { row, relation: attaching, core });

  // The volume or the class of a claim that is attached.
  let behind: Path | undefined;
  forEachSource(sight, row, (type, claim) => {
    if (behind !== undefined || !kindOf(sight, claim).attaches?.includes(RELATION_TYPES[type]!)) return;
    const relation = ownReleaseOf(sight, claim) === NONE ? attachingRelation(sight, claim, core) : undefined;
    if (relation === undefined) return;
    const { nodes, edges } = extended(sight, { row: claim, relation, core });
    behind = { nodes: [...nodes, row], edges: [...edges, { type, from: claim, to: row }] };
  });
  return behind ?? NOWHERE;
}

/** Returns the relation that attaches a row to a core by the shortest chain, or undefined. */
function attachingRelation(sight: Sight, row: number, core: RowSet): RelationKey | undefined {
  const found = new Map<number, RelationKey>();
  forEachSource(sight, row, (type, from) => {
    if (RELATION_MEANINGS[type]!.followed && core.has(from)) found.set(from, { type, from, to: row });
  });
  forEachTarget(sight, row, (type, to) => {
    if (RELATION_MEANINGS[type]!.attachesSource && core.has(to)) found.set(to, { type, from: row, to });
  });
  let nearest: RelationKey | undefined;
  let fewest = Infinity;
  for (const [end, relation] of found) {
    const steps = pathOfOwned(sight, end, core).edges.length;
    if (steps < fewest) [nearest, fewest] = [relation, steps];
  }
  return nearest;
}

function extended(
  sight: Sight,
  { row, relation, core }: { row: number; relation: RelationKey; core: RowSet },
): Path {
  const { nodes, edges } = pathOfOwned(sight, relation.from === row ? relation.to : relation.from, core);
  return { nodes: [...nodes, row], edges: [...edges, relation] };
}

/** Returns the chain of owners within a core down to a row. */
function pathOfOwned(sight: Sight, row: number, core: RowSet): Path {
  const nodes = [row];
  const edges: RelationKey[] = [];
  for (let at = row;;) {
    let owner = controllerOf(sight, at);
    if (owner === NONE || !core.has(owner)) owner = NONE;
    if (owner === NONE && sight.tables.cohorts.release(sight.tables.rows.cohort.data[at]!) === NONE) {
      forEachOwner(sight, at, (it) => owner = owner === NONE && core.has(it) ? it : owner);
    }
    if (owner === NONE || nodes.includes(owner)) return { nodes, edges };
    nodes.unshift(owner);
    edges.unshift({ type: OWNS, from: owner, to: at });
    at = owner;
  }
}
