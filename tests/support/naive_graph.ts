/** The graph as the contract defines it, worked out anew from the final records at every question. */
import { matches } from "../../src/model/label_selector.ts";
import type { ResourceRecord } from "../../src/model/record.ts";
import type { Scope } from "../../src/model/resource_sink.ts";

export class NaiveGraph {
  readonly #records = new Map<string, ResourceRecord>();
  #seen = new Set<string>();

  upsert(record: ResourceRecord): void {
    for (const other of this.#records.values()) {
      if (keyOf(other) === keyOf(record)) this.#records.delete(other.uid);
    }
    this.#records.set(record.uid, record);
    this.#seen.add(record.uid);
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
        const target = uid === undefined
          ? byKey.get(keyOf({ kind, namespace, name }))
          : this.#records.get(uid);
        if (target === undefined) unresolved.push(`${record.uid} ${type}`);
        else if (reversed) relations.add(`${target.uid} ${type} ${record.uid}`);
        else relations.add(`${record.uid} ${type} ${target.uid}`);
      }
      for (const { type, kind, selector } of record.selectors) {
        for (const other of records) {
          const selected = other.kind === kind && other.namespace === record.namespace &&
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
      kind.kind,
      namespace,
      name,
      status,
      message,
      labels.map(([key, value]) => `${key}=${value}`),
      release === undefined ? null : [release.namespace, release.name],
    ]);
  }

  /** Breadth first along owners, in the order in which they are declared. */
  #release(record: ResourceRecord) {
    const queue = [record];
    for (const it of queue) {
      if (it.release) return it.release;
      for (const { type, reversed, uid, kind, namespace, name } of it.references) {
        if (type !== "owns" || !reversed) continue;
        const owner = [...this.#records.values()].find((other) =>
          uid === undefined ? keyOf(other) === keyOf({ kind, namespace, name }) : other.uid === uid
        );
        if (owner && !queue.includes(owner)) queue.push(owner);
      }
    }
    return undefined;
  }
}

function keyOf({ kind, namespace, name }: Pick<ResourceRecord, "kind" | "namespace" | "name">): string {
  return JSON.stringify([kind.kind, namespace, name]);
}
