import { NONE } from "../../arrays/columns.ts";
import { ACTIVE, MENTIONED, UNTRACKED } from "../tables/references.ts";
import { type Rows, THERE } from "../tables/rows.ts";
import type { Tables } from "../tables/tables.ts";

/** Kind, namespace and name of a target, as a reference gives them. */
export interface NamedTarget {
  /** Number in the graph's kinds. */
  readonly kind: number;
  /** String ids. */
  readonly namespace: number;
  readonly name: number;
  /** Another resource has this key; the one with the uid that the reference asks for is gone. */
  readonly replaced: boolean;
}

/**
 * Returns how a reference that is not a selector calls its target: by the entry of its own source, whatever
 * others call it. Returns undefined for a kind that is not tracked: such a reference must not be shown
 * unless it is a relation.
 *
 * @param isMet Whether the target exists for the asker, with the uid that the reference asks for.
 */
export function namedTarget(
  { references, mentions, rows, cohorts }: Tables,
  reference: number,
  isMet: boolean = references.has(reference, ACTIVE),
): NamedTarget | undefined {
  const target = references.target.data[reference]!;
  if (references.isNoted(reference, UNTRACKED)) return undefined;
  const mentioned = references.isNoted(reference, MENTIONED);
  const scope = mentioned ? mentions.scope(reference) : cohorts.scope(rows.cohort.data[target]!);
  const name = mentioned ? mentions.name(reference) : rows.name.data[target]!;
  return {
    kind: cohorts.kindOfScope(scope),
    namespace: cohorts.namespaceOfScope(scope),
    name,
    replaced: mentioned && !isMet && isReplaced(rows, { scope, name, target }),
  };
}

function isReplaced(rows: Rows, { scope, name, target }: { scope: number; name: number; target: number }) {
  const row = rows.findKey(scope, name);
  return row !== NONE && row !== target && rows.has(row, THERE);
}
