/** One-line mutations. Each must make a test fail, unless it gives the reason why none can. */

export interface Mutation {
  readonly file: string;
  /** A part of a line. It must occur exactly once in the file. */
  readonly from: string;
  readonly to: string;
  /** The reason why no test can detect the mutation. */
  readonly survives?: string;
}

/** The tests that cover each folder. */
export const COVERING: readonly [room: string, tests: readonly string[]][] = [
  ["src/arrays/", ["tests/arrays", "tests/graph"]],
  ["src/graph/", ["tests/graph"]],
  ["src/kinds/custom/", ["tests/kinds/custom"]],
  ["src/kinds/", ["tests/kinds"]],
  ["src/custom_kinds.ts", ["tests/custom_kinds_test.ts"]],
  ["src/kube/discovery.ts", ["tests/kube/discovery_test.ts"]],
  ["src/kube/serving_objects.ts", ["tests/kube/discovery_test.ts", "tests/custom_kinds_test.ts"]],
  ["src/persist/journal/", ["tests/persist/journal", "tests/persist/persistence_property_test.ts"]],
];

export const MUTATIONS: readonly Mutation[] = [
  ...of("src/graph/kind_table.ts", [
    ["?? this.#gone.get(key) ??", "??"],
    ["    this.#gone.delete(key);", ""],
    ["    this.#synced.delete(number);\n    this.#gone", "    this.#gone"],
    ["seen !== undefined && this.#all[seen] === kind", "seen !== undefined"],
    ["    this.#all[number] = kind;\n    this.#seen", "    this.#all[number] ??= kind;\n    this.#seen"],
  ]),
  ...of("src/graph/graph.ts", [
    ["    if (isNew) this.#tables.cohorts.openKind(number);", ""],
    ["    for (const row of rows) this.#remove(row);", ""],
    ["    this.#kinds.remove(number);", ""],
    ["comparePrecedence(known, kind) < 0", "false"],
    ["    if (this.#kinds.find(known) === this.#kinds.find(kind)) return false;", ""],
  ]),
  ...of("src/kube/discovery.ts", [
    ["resource.isWatchable && this.#isCustom", "this.#isCustom"],
    [" && !found.has(key)", ""],
    ["    if (isDefined || isAggregated) return true;", ""],
    ["const isKnown = isDefined === false && isAggregated === false;", "const isKnown = false;"],
    [" && !OWN_GROUPS.has(resource.group)", ""],
    ["!isDefined && !incomplete.has(kind.group) && now", "!isDefined && now"],
    ["      if (isGone) continue;", ""],
    ["Math.min(2 * pause, RETRY_MAX_MS)", "RETRY_MS"],
    ["hasChanged ? RETRY_MS : Math", "Math"],
    ["      this.#change = Promise.withResolvers();", ""],
  ]),
  ...of("src/kube/serving_objects.ts", [
    ["if (isServing && !isGone) names", "if (!isGone) names"],
    ["    if (list === undefined) this.#onChange();", ""],
    ["    this.#names.set(what, names);\n", ""],
  ]),
  ...of("src/kinds/custom/field_path.ts", [
    ["value = known.get(step.list);", "return;"],
    ["if (!Array.isArray(value)) return;", ""],
    ["first ??= value", "first = value"],
    ["!isObject(value) || ", ""],
  ]),
  ...of("src/kinds/custom/configured_references.ts", [
    ["when && !holds(when, object, items)", "false"],
    ["textAt(kindPath) ?? kind", "kind"],
    ["textAt(groupPath) ?? group", "group"],
    ["if (namespaces.size === 0) ", ""],
    ["NAME.test(value)", "true"],
    ["isEmpty(value) === condition.empty", "isEmpty(value)"],
  ]),
  ...of("src/kinds/custom/configured_health.ts", [
    ["if (unfinished.includes(value)) return pending(message);", ""],
    ["[[bad, failed], [unfinished, pending]]", "[[unfinished, pending], [bad, failed]]"],
    ["if (state !== named.status) return", "if (false) return"],
  ]),
  ...of("src/kinds/custom/configured_rule.ts", [
    ["...references.length === 0 && wire && { wire },", "...wire && { wire },"],
    ["rule.references?.(object, refer);", ""],
    ["...annotations.size > 0 && { annotations },", ""],
  ]),
  ...of("src/kinds/custom/configuration.ts", [
    ["if (seen.has(key))", "if (false)"],
    ["if (annotation === LAST_APPLIED)", "if (false)"],
    [
      "if (other !== undefined) this.#report(at, `${other} is not",
      "if (false) this.#report(at, `${other} is not",
    ],
    ["if (builtIn?.metadataOnly && ", "if (false && "],
  ]),
  ...of("src/custom_kinds.ts", [
    ["for (const referring of missed.take(rule)) informers.relist(referring);", ""],
    [
      "for (const referring of graph.removeKind(rule)) missed.add(referring, rule);",
      "graph.removeKind(rule);",
    ],
    ["    registry.delete(rule);", ""],
    ["    informers.remove(rule);", ""],
    ["findKind(kind.group, kind.kind) === undefined && follows", "follows"],
    ["names(which, kind) ? undefined : OBJECTS_MAX", "OBJECTS_MAX"],
    [" || rule.aggregated !== kind.aggregated", ""],
    ["    for (const mirror of graph.mirrors) informers.relist(mirror);", ""],
  ]),
  ...of("src/graph/tables/selectors.ts", [
    ["? !listed", "? true"],
    ["i < values; i++) if (words[at + 3 + i] === value)", "i < 1; i++) if (words[at + 3 + i] === value)"],
    ["(value !== NONE) === (operator === EXISTS)", "value !== NONE"],
    ["    this.#selectors.give(selector);", ""],
    ["    this.#blocks.give(block);", ""],
    ["    this.#cohorts.releaseScope(this.#scope.data[selector]!);", ""],
    [
      "    if (--this.#bucketSize.data[bucket]! > 0) return;",
      "    this.#bucketSize.data[bucket]!--; return;",
    ],
    ["    this.#linkBucket(this.#findBucket(scope, NONE, NONE), cohort);", ""],
    ["if (this.#cohorts.scope(cohort) === scope) this.#link(", "this.#link("],
    ["if (words[at] === IN && words[at + 2] === 1) visit(", "if (words[at] === IN) visit("],
  ]),
  ...of("src/graph/tables/label_sets.ts", [
    ["    if (--this.#holders.data[set]! > 0) return;", "    this.#holders.data[set]!--; return;"],
    ["    this.#pairs.give(pair);", ""],
    ["    this.#pairCount.data[pair]!--;", ""],
    ["if (this.#blocks.length(block) !== length) continue;", ""],
  ]),
  ...of("src/graph/tables/cohorts.ts", [
    ["    this.#cohorts.give(cohort);", ""],
    ["    if (--this.#holders.data[scope]! > 0) return;", "    this.#holders.data[scope]!--; return;"],
    ["!== NONE) this.#population.data[this.#scope.data[cohort]!]!--;", "!== NONE) return;"],
    ["    this.#cohortCount.data[scope]!--;", ""],
    ["if (this.#ofRelease.isEmpty(release)) this.#dropRelease(release);", ""],
  ]),
  ...of("src/graph/tables/references.ts", [
    ["if (twin !== NONE) this.flags.data[twin]! &= ~DUPLICATE;", ""],
    ["twin === NONE ? ACTIVE : ACTIVE | DUPLICATE", "ACTIVE"],
    ["this.flags.data[reference] = FREED;", "this.flags.data[reference] = ACTIVE;"],
    ["=== flags && this.note.data[reference] === note", "=== flags"],
  ]),
  ...of("src/graph/tables/mentions.ts", [
    ["    this.#strings.release(this.#name.data[mention]!);", ""],
    ["    this.#slots.give(mention);", ""],
  ]),
  ...of("src/graph/tables/details.ts", [
    ["    this.give(old);", ""],
    ['if (form === "uid") this.#uids.release(words, at);', ""],
  ]),
  ...of("src/graph/tables/uids.ts", [["if (digit === 255) return false;", ""]]),
  ...of("src/graph/placement.ts", [
    ["      this.#tables.references.moveByUid(named, row);", ""],
    ["if (named !== NONE && rows.has(named, THERE)) evict(named);", ""],
    ["if (keyed !== NONE && rows.has(keyed, THERE)) evict(keyed);", ""],
    ["if (waiting && !references.isReferred(row)) this.#free(row);", "if (waiting) this.#free(row);"],
    ["    this.#dropMentions(row);", ""],
    ["    this.#keepMentions(row);", ""],
    ["    this.#resources--;", ""],
    ["    strings.release(rows.message.data[row]!);", ""],
  ]),
  ...of("src/graph/relations.ts", [
    ["return source !== 0 && declaring !== other;", "return false;"],
    ["this.counts[type]! += count;", "this.counts[type]! += 1;"],
    ["if (selectors.selectsNothing(selector)) selectors.emptySince.data[selector] = this.#now();", ""],
    ["        rows.unusedSince.data[target] = this.#now();", ""],
  ]),
  ...of("src/graph/declarations.ts", [
    ["if (references.isNoted(known, MENTIONED) && !this.#mentions(known, reference)) return false;", ""],
    ["if (!rows.has(target, THERE)) this.#orphans.push(target);", ""],
  ]),
  ...of("src/graph/changes.ts", [["    if (this.#visible) return;", ""]]),
  ...of("src/graph/graph.ts", [
    ["    rows.set(row, SEEN, true);", ""],
    ["    rows.set(row, RESTORED, false);", ""],
    ["      rows.since.data[row] = this.#now();", ""],
  ]),
  ...of("src/arrays/string_table.ts", [["    this.#index.remove(id);", ""]]),
  ...of("src/arrays/blocks.ts", [["    this.#free.data[room] = block;", ""]]),
  ...of("src/arrays/columns.ts", [
    ["if (this.#freed > 0) return this.#free.data[--this.#freed]!;", ""],
  ]),
  ...of("src/arrays/lists.ts", [["if (next !== NONE) this.previous.data[next] = previous;", ""]]),
  ...of("src/arrays/row_index.ts", [
    ["if (((slot - home) & this.#mask) >= ((slot - hole) & this.#mask)) {", "if (next === NONE) {"],
  ]),
  ...of("src/arrays/word_set.ts", [["this.#index.remove(--this.#size);", "--this.#size;"]]),
  ...of("src/kinds/references.ts", [
    ["  if (!optional) delete into.optional;", ""],
    ["|| Number(a.kind === undefined) - Number(b.kind === undefined)", ""],
  ]),
  ...of("src/kinds/pod.ts", [['phase === "Succeeded" || phase === "Failed";', 'phase === "Succeeded";']]),
  ...of("src/kinds/pod_template.ts", [
    ["if (name !== ROOT_CA) refer.to(", "refer.to("],
    ['if (text(subPath) || text(subPathExpr)) ways.push("subPath");', ""],
  ]),
  ...of("src/kinds/own_release.ts", [["  if (owned) return undefined;", ""]]),
  ...of("src/kinds/deployment.ts", [["    if (current > updated) ", "    if (false) "]]),
  ...of("src/persist/journal/journal.ts", [
    ["if (release !== undefined) this.#addMember(", "if (release === undefined) this.#addMember("],
    ["    this.uids.ofRow(to, this.#words, 4);", ""],
    ["if (this.#lent === 0 && this.size === 0) this.uids.clear();", "this.uids.clear();"],
  ]),
];

function of(file: string, changes: readonly (readonly [from: string, to: string])[]): Mutation[] {
  return changes.map(([from, to]) => ({ file, from, to }));
}
