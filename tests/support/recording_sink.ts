import type { ResourceSink, Scope, Stock } from "../../src/model/resource_sink.ts";

interface NamedObject {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
}

/** Keeps the resources of one scope by name, as the graph does, and records every call. */
export class RecordingSink implements ResourceSink {
  readonly calls: string[] = [];
  readonly objects = new Map<string, object>();
  #touched: Set<string> | undefined;

  get names(): string[] {
    return [...this.objects.keys()].sort();
  }

  count(call: string): number {
    return this.calls.filter((each) => each === call).length;
  }

  begin(_scope: Scope): void {
    this.calls.push("begin");
    this.#touched = new Set();
  }

  upsert(_scope: Scope, object: unknown): void {
    const { name } = (object as NamedObject).metadata;
    this.calls.push(`upsert ${name}`);
    this.objects.set(name, object as object);
    this.#touched?.add(name);
  }

  remove(_scope: Scope, object: unknown): void {
    const { name } = (object as NamedObject).metadata;
    this.calls.push(`remove ${name}`);
    this.objects.delete(name);
  }

  end(_scope: Scope): void {
    this.calls.push("end");
    for (const name of this.objects.keys()) {
      if (!this.#touched?.has(name)) this.objects.delete(name);
    }
    this.#touched = undefined;
  }

  size(_scope: Scope): number {
    return this.objects.size;
  }

  stock(_scope: Scope): Stock {
    const all = () => [...this.objects.values()].map((object) => (object as NamedObject).metadata);
    const ticked = new Set<string>();
    return {
      tick: (uid) => {
        ticked.add(uid);
        return all().find((metadata) => metadata.uid === uid)?.resourceVersion;
      },
      rest: () => all().map(({ uid }) => uid).filter((uid) => !ticked.has(uid)),
    };
  }

  abandon(_scope: Scope): void {
    this.calls.push("abandon");
    this.#touched = undefined;
  }
}
