/** The graph as the contract defines it, computed again from all records for every question. */
import { matches } from "../../src/model/label_selector.ts";
import type { ResourceRecord } from "../../src/model/record.ts";
import { comparePrecedence, kindName, type ResourceKind } from "../../src/model/resource_kind.ts";
import type { Scope } from "../../src/model/resource_sink.ts";

export class NaiveGraph {
  readonly #records = new Map<string, ResourceRecord>();
  readonly #restored = new Set<string>();
  #seen = new Set<string>();

  upsert(record: ResourceRecord): void {
    const known = this.#records.get(record.uid);
    const isMirror = known && record.kind.custom && keyOf({ ...known, kind: record.kind }) !== keyOf(known);
    if (isMirror && comparePrecedence(known.kind, record.kind) < 0) return;
    this.#restored.delete(record.uid);
    for (const other of this.#records.values()) {
      if (keyOf(other) === keyOf(record)) this.#records.delete(other.uid);
    }
    this.#records.set(record.uid, record);
    this.#seen.add(record.uid);
  }

  restore(record: ResourceRecord): void {
    this.upsert(record);
    if (this.#records.get(record.uid) === record) this.#restored.add(record.uid);
  }

  addKind(_kind: ResourceKind): void {}

  removeKind(kind: ResourceKind): void {
    for (const record of this.records()) {
      if (record.kind === kind) this.#records.delete(record.uid);
      else this.#records.set(record.uid, withoutKind(record, kind));
    }
  }

  forget(uid: string): void {
    if (this.#restored.has(uid)) this.remove(uid);
  }

  /** Whether all resources have been listed, so that none is only restored. */
  confirm(): void {
    this.#restored.clear();
  }

  remove(uid: string): void {
    this.#records.delete(uid);
  }

  beginReplace(_scope: Scope): void {
    this.#seen = new Set();
  }

  endReplace({ kind, namespace }: Scope): void {
    for (const record of this.#records.values()) {
      const inScope = record.kind === kind && (namespace === undefined || record.namespace === namespace);
      if (inScope && !this.#seen.has(record.uid)) this.#records.delete(record.uid);
    }
  }

  uids(): string[] {
    return [...this.#records.keys()];
  }

  records(): ResourceRecord[] {
    return [...this.#records.values()];
  }

  describe() {
    const records = [...this.#records.values()];
    const byKey = new Map(records.map((it) => [keyOf(it), it]));
    const relations = new Set<string>();
    const unresolved: string[] = [];
    for (const record of records) {
      for (const { type, kind, namespace, name, uid, reversed } of record.references) {
        const namesake = kind && byKey.get(keyOf({ kind, namespace, name }));
        const target = uid === undefined ? namesake : this.#records.get(uid);
        const [from, to] = reversed ? [target, record] : [record, target];
        if (from && to && isAllowed(type, from, to)) relations.add(`${from.uid} ${type} ${to.uid}`);
        else if (kind) {
          const replaced = uid !== undefined && namesake !== undefined && namesake !== target;
          const key = `${kindName(kind)} ${namespace}/${name}${replaced ? " replaced" : ""}`;
          unresolved.push(`${record.uid} ${type} ${key}`);
        }
      }
      for (const { type, kind, selector, namespace = record.namespace } of record.selectors) {
        for (const other of records) {
          const selected = other.kind === kind && other.namespace === namespace &&
            matches(selector, other.labels);
          if (selected) relations.add(`${record.uid} ${type} ${other.uid}`);
        }
      }
    }
    return {
      count: records.length,
      relationCount: relations.size,
      resources: records.map((it) => this.#describe(it)).sort(),
      relations: [...relations].sort(),
      unresolved: unresolved.sort(),
    };
  }

  #describe(record: ResourceRecord): string {
    const { uid, kind, namespace, name, status, message, labels } = record;
    const release = this.#release(record);
    return JSON.stringify([
      uid,
      kindName(kind),
      namespace,
      name,
      status,
      message,
      labels.map(([key, value]) => `${key}=${value}`),
      release === undefined ? null : [release.namespace, release.name],
    ]);
  }

  /** Returns the owners at any distance, breadth first, in the order of their declarations. */
  #release(record: ResourceRecord) {
    const queue = [record];
    for (const it of queue) {
      const own = this.#ownRelease(it, []);
      if (own) return own;
      for (const owner of this.#owners(it)) if (!queue.includes(owner)) queue.push(owner);
    }
    return undefined;
  }

  /**
   * Returns the release of the topmost controller that has one, otherwise the release of the resource itself.
   */
  #ownRelease(record: ResourceRecord, below: readonly ResourceRecord[]): ResourceRecord["release"] {
    const controllers = this.#owners(record, true).filter((it) => !below.includes(it) && it !== record);
    const above = controllers[0] && this.#ownRelease(controllers[0], [...below, record]);
    return above ?? record.release;
  }

  #owners(record: ResourceRecord, onlyControllers = false): ResourceRecord[] {
    return record.references.flatMap(({ type, reversed, controller, uid, kind, namespace, name }) => {
      if (type !== "owns" || !reversed || onlyControllers && !controller) return [];
      const owner = [...this.#records.values()].find((other) =>
        uid === undefined && kind ? keyOf(other) === keyOf({ kind, namespace, name }) : other.uid === uid
      );
      return owner && isAllowed(type, owner, record) ? owner : [];
    });
  }
}

/**
 * Reports whether an owner is cluster-scoped or in the namespace of its dependent, as the garbage collector
 * demands.
 */
function isAllowed(type: string, from: ResourceRecord, to: ResourceRecord): boolean {
  return type !== "owns" || from.namespace === "" || from.namespace === to.namespace;
}

function keyOf({ kind, namespace, name }: Pick<ResourceRecord, "kind" | "namespace" | "name">): string {
  return JSON.stringify([kind.group, kind.kind, namespace, name]);
}

function withoutKind(record: ResourceRecord, gone: ResourceKind): ResourceRecord {
  return {
    ...record,
    references: record.references.flatMap((reference) => {
      if (reference.kind !== gone) return reference;
      return reference.uid === undefined ? [] : { ...reference, kind: undefined, namespace: "", name: "" };
    }),
    selectors: record.selectors.filter(({ kind }) => kind !== gone),
  };
}
