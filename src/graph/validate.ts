/**
 * Proves a graph against itself: walks every chain and recomputes every count. A structure of this kind
 * breaks silently, so the property test validates it after each step, the soak at its end, and the server at
 * shutdown with `--v 4`. Takes about as long as building the graph, and much memory.
 */
import { NONE } from "../arrays/columns.ts";
import { RELATION_TYPES } from "../model/relation.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import { THERE } from "./tables/rows.ts";
import type { Tables } from "./tables/tables.ts";
import { checkGroups } from "./validation/check_groups.ts";
import { checkReferences } from "./validation/check_relations.ts";
import { checkRows } from "./validation/check_rows.ts";
import { checkSelectors } from "./validation/check_selectors.ts";
import { checkStrings } from "./validation/check_storage.ts";
import { checkSuspects } from "./validation/check_suspects.ts";
import { Findings, Holds } from "./validation/findings.ts";

export interface ValidateOptions {
  /** The kinds by number, including those that have gone. */
  readonly kinds: readonly ResourceKind[];
  readonly hasKind: (kind: number) => boolean;
  /** The relations that were counted, by type. */
  readonly relations: ArrayLike<number>;
  /** The resources that were counted. */
  readonly resources: number;
  /** The strings that the graph holds for its whole life, once each. */
  readonly constants: readonly number[];
}

/** Returns the inconsistencies of the tables, which is empty for a sound graph. */
export function validate(
  tables: Tables,
  { kinds, hasKind, relations, resources, constants }: ValidateOptions,
): string[] {
  const findings = new Findings();
  const strings = new Holds();
  const scopes = new Holds();
  for (const id of constants) strings.add(id);

  const rows = checkRows(findings, tables, { strings });
  const referred = checkReferences(findings, tables, { rows, scopes, strings });
  const selected = checkSelectors(findings, tables, { scopes, strings });
  checkGroups(findings, tables, { kinds: kinds.length, hasKind, scopes, strings });
  checkStrings(findings, tables.strings, strings);

  RELATION_TYPES.forEach((type, number) => {
    const expected = (referred[number] ?? 0) + (selected[number] ?? 0);
    findings.compare(`number of relations of type ${type}`, relations[number] ?? 0, expected);
  });
  const present = rows.filter((row) => tables.rows.has(row, THERE));
  findings.compare("number of resources", resources, present.length);
  for (const row of present) {
    if (tables.rows.cohort.data[row] === NONE) findings.report(`row ${row} is present and in no cohort`);
  }
  checkSuspects(findings, tables, { rows: present, kinds });
  return findings.differences;
}
