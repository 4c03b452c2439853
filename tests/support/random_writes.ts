/**
 * Random writes to a graph that depend only on a seed. There are few names, so that keys are reused. Targets
 * appear and disappear, owners appear late or with another kind, uids and keys are swapped, lists are
 * replaced or abandoned, and restored resources are forgotten.
 */
import { type Reference, type SelectorReference, viaBits, VIAS } from "../../src/model/reference.ts";
import type { Operator } from "../../src/model/label_selector.ts";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import type { ResourceRecord } from "../../src/model/record.ts";
import { addRelationType, type RelationType } from "../../src/model/relation.ts";
import type { Scope } from "../../src/model/resource_sink.ts";
import { namespaced } from "../../src/kinds/rule.ts";
import { random } from "./random.ts";
import { record, testKinds } from "./records.ts";

const NAMESPACES = ["", "a", "b"];
const NAMES = ["web", "db", "__proto__", "constructor"];
const LABELS = [["app", "web"], ["app", "db"], ["app", "cache"], ["tier", "front"], [
  "__proto__",
  "x",
]] as const;
const VALUES = LABELS.map(([, value]) => value);
const TYPES: readonly RelationType[] = [
  "owns",
  "owns",
  "binds",
  "mounts",
  "endpoints",
  "runs-on",
  addRelationType("issued-by"),
];
const OPERATORS: readonly Operator[] = ["In", "In", "NotIn", "Exists", "DoesNotExist"];

/** The writes that both the graph and its model accept. */
export interface Writable {
  upsert(record: ResourceRecord): unknown;
  restore(record: ResourceRecord): unknown;
  forget(uid: string): unknown;
  remove(uid: string): unknown;
  beginReplace(scope: Scope): void;
  endReplace(scope: Scope): unknown;
  addKind?(kind: ResourceKind): unknown;
  removeKind?(kind: ResourceKind): unknown;
}

/** Kinds that come and go. One object can be served under two of them, and two have the name of another kind. */
const CUSTOM_KINDS: readonly ResourceKind[] = [
  customKind("example.com", { kind: "Widget", plural: "widgets" }),
  customKind("example.com", { kind: "Pod", plural: "pods" }),
  { ...customKind("mirror.example.com", { kind: "Widget", plural: "widgets" }), aggregated: true },
];

function customKind(group: string, names: { kind: string; plural: string }): ResourceKind {
  return { ...namespaced(`${group}/v1`, names), custom: true };
}

/** Returns a function that makes one random write per call and applies it to all given targets. */
export function randomWriter(
  seed: number,
  { customKinds = false, kinds: always = testKinds }: {
    customKinds?: boolean;
    kinds?: readonly ResourceKind[];
  } = {},
): (targets: readonly Writable[]) => void {
  const next = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const some = <T>(most: number, make: () => T): T[] =>
    Array.from({ length: Math.floor(next() * (most + 1)) }, make);

  let kinds = always;
  const uid = () =>
    next() < 0.7
      ? `00000000-0000-4000-8000-0000000000${pick(["00", "01", "02", "03", "04", "05"])}`
      : `uid-${pick(NAMES)}`;
  const identity = () => {
    const kind: ResourceKind = pick(kinds);
    return { kind, namespace: kind.namespaced ? pick(NAMESPACES.slice(1)) : "", name: pick(NAMES) };
  };
  const reference = (): Reference => {
    const shared = { type: pick(TYPES), reversed: next() < 0.4, optional: next() < 0.2 };
    if (next() < 0.5) return { ...identity(), ...shared, via: viaBits(some(2, () => pick(VIAS))) };
    const named = next() < 0.3 ? { kind: undefined, namespace: "", name: "" } : identity();
    return { ...named, ...shared, uid: uid(), ...next() < 0.3 && { controller: true } };
  };
  const selector = (): SelectorReference => ({
    type: "selects",
    kind: customKinds ? pick(kinds) : always[0]!,
    selector: some(2, () => {
      const operator = pick(OPERATORS);
      const takesValues = operator === "In" || operator === "NotIn";
      const values = takesValues ? [pick(VALUES), ...some(2, () => pick(VALUES))] : [];
      return { key: pick(LABELS)[0], operator, values };
    }),
    required: next() < 0.5,
    ...next() < 0.3 && { namespace: pick(NAMESPACES) },
  });
  /** By uid: the record that was made last. */
  const earlier = new Map<string, ResourceRecord>();
  const bearer = () => {
    const bearing = uid();
    const known = next() < 0.5 ? earlier.get(bearing) : undefined;
    const { kind, namespace, name } = known !== undefined && kinds.includes(known.kind) ? known : identity();
    return { uid: bearing, kind, namespace, name };
  };
  const randomRecord = (): ResourceRecord => {
    const made = record({
      ...bearer(),
      resourceVersion: pick(["1", "17", "abc"]),
      createdAt: pick([0, 1_600_000_000, 1_700_000_000]),
      labels: [...new Map(some(3, () => pick(LABELS)))].sort(([a], [b]) => a < b ? -1 : 1),
      annotations: some(1, () => ["argocd.argoproj.io/note", pick(NAMES)] as const),
      message: pick(["", "fine", 'not "fine"\n']),
      status: pick(["Ready", "Error", "Pending"]),
      idle: next() < 0.2,
      finished: next() < 0.2,
      onHold: next() < 0.2,
      ...(next() < 0.3 ? { release: { namespace: pick(NAMESPACES), name: pick(NAMES) } } : {}),
      detail: next() < 0.5
        ? { image: pick(NAMES), ownerReferences: [{ kind: "K", name: "o", uid: uid() }] }
        : {},
      references: distinct(some(4, reference)),
      selectors: some(1, selector),
    });
    earlier.set(made.uid, made);
    return made;
  };

  return (targets) => {
    if (customKinds && next() < 0.15) {
      const kind = pick(CUSTOM_KINDS);
      const isThere = kinds.includes(kind);
      kinds = isThere ? kinds.filter((it) => it !== kind) : [...kinds, kind];
      for (const target of targets) {
        if (isThere) target.removeKind?.(kind);
        else target.addKind?.(kind);
      }
      return;
    }
    const dice = next();
    if (dice < 0.6) {
      const written = randomRecord();
      for (const target of targets) target.upsert(written);
    } else if (dice < 0.65) {
      const written = randomRecord();
      for (const target of targets) target.restore(written);
    } else if (dice < 0.7) {
      const forgotten = uid();
      for (const target of targets) target.forget(forgotten);
    } else if (dice < 0.75) {
      // Swap the uids of two resources.
      const [one, other] = [randomRecord(), randomRecord()];
      for (const target of targets) {
        target.upsert(one);
        target.upsert(other);
        target.upsert({ ...one, uid: other.uid });
        target.upsert({ ...other, uid: one.uid });
      }
    } else if (dice < 0.9) {
      const gone = uid();
      for (const target of targets) target.remove(gone);
    } else {
      const kind = pick(kinds);
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

/** Drops references that equal another one, because rules merge them. */
function distinct(references: readonly Reference[]): Reference[] {
  return [
    ...new Map(references.map((it) => [
      JSON.stringify([it.type, it.reversed, it.uid ?? [it.kind?.kind, it.namespace, it.name]]),
      it,
    ])).values(),
  ];
}
