import type { LabelSelector, Operator, Requirement } from "../model/label_selector.ts";
import { type Reference, type SelectorReference, viaBits } from "../model/reference.ts";
import type { RelationType } from "../model/relation.ts";
import { type Fields, fields, flag, list, MalformedField, pairs, text, texts } from "./fields.ts";
import type { FindKind } from "./registry.ts";
import { groupOf, type Refer, type Selection, type Target } from "./rule.ts";

type Draft = { -readonly [field in keyof Reference]: Reference[field] };

/** Collects the references of one resource: finds their kinds, and merges those that say the same. */
export class References implements Refer {
  readonly #namespace: string;
  readonly #find: FindKind;
  #references: Draft[] = [];
  #selectors: SelectorReference[] = [];

  /** @param namespace the namespace of the declaring resource. Empty if it is cluster-scoped. */
  constructor(namespace: string, find: FindKind) {
    this.#namespace = namespace;
    this.#find = find;
  }

  to(type: RelationType, target: Target): void {
    this.#add(type, target);
  }

  from(type: RelationType, target: Target): void {
    const reference = this.#add(type, target);
    if (reference) reference.reversed = true;
  }

  /** Adds the relation `owns` from the resource with the uid, of any kind, to the declaring resource. */
  owner({ apiVersion, kind, name, uid, controller }: Fields): void {
    const ownerUid = text(uid);
    if (!ownerUid) return;
    const tracked = this.#find(groupOf(text(apiVersion) ?? ""), text(kind) ?? "");
    this.#references.push({
      type: "owns",
      kind: tracked,
      namespace: tracked?.namespaced ? this.#namespace : "",
      name: tracked ? text(name) || ownerUid : "",
      uid: ownerUid,
      reversed: true,
      ...flag(controller) && { controller: true },
    });
  }

  select(type: RelationType, selection: Selection): void {
    const { selector, required } = selection;
    const kind = this.#find(selection.group ?? "", selection.kind);
    if (!kind || selector === undefined || selector === null) return;
    const namespace = kind.namespaced ? selection.namespace : "";
    this.#selectors.push({
      type,
      kind,
      selector: labelSelector(fields(selector)),
      ...required && { required },
      ...namespace !== undefined && namespace !== this.#namespace && { namespace },
    });
  }

  /** Returns the references so far, each once, sorted because their order in the object has no meaning. */
  merged(): readonly Reference[] {
    const merged: Draft[] = [];
    let last: Draft | undefined;
    for (const reference of this.#references.sort(compareFully)) {
      if (last && compare(last, reference) === 0) merge(last, reference);
      else merged.push(last = { ...reference });
    }
    return merged;
  }

  get selectors(): readonly SelectorReference[] {
    return this.#selectors;
  }

  #add(type: RelationType, target: Target): Draft | undefined {
    const uid = text(target.uid);
    const name = text(target.name) || uid;
    const kind = this.#find(target.group ?? "", target.kind);
    if (!name || !kind) return undefined;
    const namespace = kind.namespaced ? text(target.namespace) || this.#namespace : "";
    if (kind.namespaced && namespace === "") return undefined;
    const reference: Draft = { type, kind, namespace, name };
    if (uid) reference.uid = uid;
    if (flag(target.optional)) reference.optional = true;
    if (target.via && target.via.length > 0 && !uid) reference.via = viaBits(target.via);
    this.#references.push(reference);
    return reference;
  }
}

/** Merges an equal reference into another one: the result is required if one of them is. */
function merge(into: Draft, { optional, controller, via }: Reference): void {
  if (!optional) delete into.optional;
  if (controller) into.controller = true;
  if (via !== undefined) into.via = (into.via ?? 0) | via;
}

/** Sorts references to the same uid so that one with a tracked kind is first. */
function compareFully(a: Reference, b: Reference): number {
  return compare(a, b) || Number(a.kind === undefined) - Number(b.kind === undefined) || compareKeys(a, b);
}

/** Compares references. References to the same uid are equal, even if kind or name differ. */
function compare(a: Reference, b: Reference): number {
  return order(a.type, b.type) || order(a.uid ?? "", b.uid ?? "") ||
    Number(a.reversed ?? false) - Number(b.reversed ?? false) || (a.uid ? 0 : compareKeys(a, b));
}

function compareKeys(a: Reference, b: Reference): number {
  return order(a.kind?.plural ?? "", b.kind?.plural ?? "") || order(a.namespace, b.namespace) ||
    order(a.name, b.name);
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function labelSelector({ matchLabels, matchExpressions }: Fields): LabelSelector {
  const selector: Requirement[] = pairs(matchLabels).map(([key, value]) => ({
    key,
    operator: "In",
    values: [value],
  }));
  for (const { key, operator, values } of list(matchExpressions)) {
    selector.push({
      key: text(key) ?? "",
      operator: operatorOf(operator),
      values: texts(values),
    });
  }
  return selector;
}

function operatorOf(value: unknown): Operator {
  switch (value) {
    case "In":
    case "NotIn":
    case "Exists":
    case "DoesNotExist":
      return value;
    default:
      throw new MalformedField("an operator of a label selector", value);
  }
}
