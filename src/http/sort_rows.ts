/**
 * Sorts lists by namespace, kind and name, as UTF-8 bytes. A custom kind follows other kinds of its name. Rows
 * are first grouped by namespace and kind, which have few values. Names are compared only within these groups.
 * For a page, only the groups that overlap it are sorted, and found if that has not been done.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { SelectedScope } from "../graph/queries/select.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import type { ResourceKey } from "./resource_key.ts";

export interface Page {
  /** The key after which the page begins. */
  readonly after?: ResourceKey | undefined;
  /** The maximum number of rows of the page. */
  readonly limit?: number | undefined;
}

/** Numbers of kinds are smaller. */
const KIND_NUMBERS = 1 << 16;

/** Rows of one kind in one namespace. */
interface Group {
  /** String id. */
  readonly namespace: number;
  readonly kind: ResourceKind;
  rows(): number[];
}

export function sortRows(graph: GraphReader, rows: Iterable<number>, page: Page = {}): number[] {
  return takePage(graph, groupsOf(graph, rows), page);
}

/** Returns a page of the rows of scopes, sorted. It finds only the rows of the scopes that overlap the page. */
export function sortScopes(graph: GraphReader, scopes: readonly SelectedScope[], page: Page): number[] {
  return takePage(graph, scopes.map((scope) => ({ ...scope, kind: graph.kinds[scope.kind]! })), page);
}

function takePage(graph: GraphReader, groups: Group[], { after, limit = Infinity }: Page): number[] {
  const compareNames = (a: number, b: number) => graph.text.compare(graph.name(a), graph.name(b));
  const sorted: number[] = [];
  for (const group of groups.sort((a, b) => compareGroups(graph, a, b))) {
    const place = after === undefined ? 1 : compareToKey(graph, group, after);
    if (place < 0) continue;
    const rows = group.rows().sort(compareNames);
    const start = place === 0 && after !== undefined ? firstBehind(graph, rows, after.name) : 0;
    for (const row of rows.slice(start, start + limit - sorted.length)) sorted.push(row);
    if (sorted.length === limit) break;
  }
  return sorted;
}

function groupsOf(graph: GraphReader, rows: Iterable<number>): Group[] {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const namespace = graph.namespace(row);
    const number = namespace * KIND_NUMBERS + graph.kindNumber(row);
    const group = groups.get(number);
    if (group) group.push(row);
    else groups.set(number, [row]);
  }
  return Array.from(groups.values(), (rows): Group => {
    const first = rows[0]!;
    return { namespace: graph.namespace(first), kind: graph.kind(first), rows: () => rows };
  });
}

function compareGroups(graph: GraphReader, a: Group, b: Group): number {
  return graph.text.compare(a.namespace, b.namespace) || compareUtf8(a.kind.kind, b.kind.kind) ||
    compareUtf8(customGroup(a.kind), customGroup(b.kind));
}

/** Returns a negative number if the whole group is before the cursor, and zero if the cursor is in it. */
function compareToKey(graph: GraphReader, { namespace, kind }: Group, after: ResourceKey): number {
  return compareUtf8(graph.text.text(namespace), after.namespace) || compareUtf8(kind.kind, after.kind) ||
    compareUtf8(customGroup(kind), after.group ?? "");
}

/** Returns the position in sorted rows of the first name after this one. */
function firstBehind(graph: GraphReader, rows: readonly number[], name: string): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = graph.text.text(graph.name(rows[middle] ?? 0));
    if (compareUtf8(other, name) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the group of a custom kind. Built-in kinds of the same name come first. */
export function customGroup({ custom, group }: ResourceKind): string {
  return custom ? group : "";
}

/** Returns the texts of string ids in the order of their UTF-8 bytes. */
export function sortedTexts(graph: GraphReader, ids: Iterable<number>): string[] {
  return Array.from(ids, (id) => graph.text.text(id)).sort(compareUtf8);
}

/** Compares keys in the order of lists. */
export function compareKeys(a: ResourceKey, b: ResourceKey): number {
  return compareUtf8(a.namespace, b.namespace) || compareUtf8(a.kind, b.kind) || compareUtf8(a.name, b.name);
}

/** Compares two texts as UTF-8 bytes, which is the order of code points. */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

/** Reports whether a code unit is a surrogate: half of a code point that is larger than any single unit. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000;
}
