/**
 * Random writes of a graph, determined by a seed: few names, so that keys are reused, targets come and
 * go, owners swap, and lists are replaced or abandoned.
 */
import type { Reference, SelectorReference } from "../../src/model/reference.ts";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import type { ResourceRecord } from "../../src/model/record.ts";
import type { RelationType } from "../../src/model/relation.ts";
import type { Scope } from "../../src/model/resource_sink.ts";
import { random } from "./random.ts";
import { record, testKinds } from "./records.ts";

const NAMESPACES = ["", "a", "b"];
const NAMES = ["web", "db", "__proto__", "constructor"];
const LABELS = [["app", "web"], ["app", "db"], ["tier", "front"], ["__proto__", "x"]] as const;

/** What both the graph and the model that it is held against can be told. */
export interface Writable {
  upsert(record: ResourceRecord): unknown;
  remove(uid: string): unknown;
  beginReplace(scope: Scope): void;
  endReplace(scope: Scope): unknown;
}

/** Makes one random write after the other: each is applied to all that are given. */
export function randomWriter(seed: number): (targets: readonly Writable[]) => void {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const some = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: Math.floor(next() * (most + 1)) }, make);

  const uid = () =>
    next() < 0.7
      ? `00000000-0000-4000-8000-0000000000${pick(["00", "01", "02", "03", "04", "05"])}`
      : `uid-${pick(NAMES)}`;
  const identity = () => {
    const kind: ResourceKind = pick(testKinds);
    return { kind, namespace: kind.namespaced ? pick(NAMESPACES.slice(1)) : "", name: pick(NAMES) };
  };
  const reference = (): Reference => ({
    ...identity(),
    type: pick(["owns", "binds", "mounts", "endpoints"] as RelationType[]),
    ...(next() < 0.4 ? { uid: uid() } : {}),
    reversed: next() < 0.4,
    optional: next() < 0.2,
  });
  const selector = (): SelectorReference => ({
    type: "selects",
    kind: testKinds[0]!,
    selector: some(2, () => {
      const [key, value] = pick(LABELS);
      return next() < 0.6
        ? { key, operator: "In" as const, values: [value] }
        : { key, operator: pick(["Exists", "DoesNotExist"] as const), values: [] };
    }),
    required: true,
  });
  const randomRecord = (): ResourceRecord =>
    record({
      ...identity(),
      uid: uid(),
      resourceVersion: pick(["1", "17", "abc"]),
      labels: [...new Map(some(3, () => pick(LABELS)))].sort(([a], [b]) => a < b ? -1 : 1),
      message: pick(["", "fine", 'not "fine"\n']),
      status: pick(["Ready", "Error"]),
      ...(next() < 0.3 ? { release: { namespace: pick(NAMESPACES), name: pick(NAMES) } } : {}),
      detail: next() < 0.5
        ? { image: pick(NAMES), ownerReferences: [{ kind: "K", name: "o", uid: uid() }] }
        : {},
      references: distinct(some(4, reference)),
      selectors: some(1, selector),
    });

  return (targets) => {
    const dice = next();
    if (dice < 0.7) {
      const written = randomRecord();
      for (const target of targets) target.upsert(written);
    } else if (dice < 0.9) {
      const gone = uid();
      for (const target of targets) target.remove(gone);
    } else {
      const kind = pick(testKinds);
      const scope: Scope = kind.namespaced && next() < 0.5
        ? { kind, namespace: pick(NAMESPACES.slice(1)) }
        : { kind };
      const list = some(4, randomRecord).filter((it) =>
        it.kind === kind && (scope.namespace === undefined || it.namespace === scope.namespace)
      );
      const complete = next() < 0.8;
      for (const target of targets) {
        target.beginReplace(scope);
        for (const written of list) target.upsert(written);
        if (complete) target.endReplace(scope);
      }
    }
  };
}

/** No two references of a resource are alike but for being optional: rules merge those. */
function distinct(references: readonly Reference[]): Reference[] {
  return [
    ...new Map(references.map((it) => [
      JSON.stringify([it.type, it.reversed, it.uid ?? [it.kind.kind, it.namespace, it.name]]),
      it,
    ])).values(),
  ];
}
