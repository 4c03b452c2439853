import type { Scope } from "../model/resource_sink.ts";
import { isNewer, isVersion } from "./resource_version.ts";

/** A write of an API server that a reflector has applied: the object had this version, or went with it. */
export interface Witness {
  readonly scope: Scope;
  /** The namespace of the object; undefined for a cluster-scoped one. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
  readonly version: string;
  /** The newest time in the managed fields, to the second; undefined where there are none. */
  readonly writtenAt: string | undefined;
  /** The write deleted the object, or moved it out of the label selector. */
  readonly gone: boolean;
}

export type Identity = Pick<Witness, "namespace" | "name" | "uid" | "version" | "writtenAt">;

const KEPT = 3;

/**
 * The newest writes to one scope that were applied, of three objects at most, newest first. The proof of the
 * past asks the API server for them again.
 */
export class Witnesses {
  readonly #scope: Scope;
  #newest: readonly Witness[] = [];
  #deletedAt: string | undefined;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  get newest(): readonly Witness[] {
    return this.#newest;
  }

  /** The version of the newest deletion since the last complete list. */
  get deletedAt(): string | undefined {
    return this.#deletedAt;
  }

  /** Takes note of a write. In the midst of a list most calls end at the first comparison. */
  add(object: object, { gone }: { gone: boolean }): void {
    const version = (object as { metadata?: { resourceVersion?: unknown } | null }).metadata?.resourceVersion;
    if (!isVersion(version)) return;
    if (gone && (this.#deletedAt === undefined || isNewer(version, this.#deletedAt))) {
      this.#deletedAt = version;
    }
    const last = this.#newest[KEPT - 1];
    if (last !== undefined && !isNewer(version, last.version)) return;
    const identity = identityOf(object);
    if (identity === undefined) return;
    const known = this.#newest.find(({ uid }) => uid === identity.uid);
    if (known !== undefined && !isNewer(version, known.version)) return;
    this.#newest = [...this.#newest.filter((one) => one !== known), { scope: this.#scope, ...identity, gone }]
      .sort(byNewest).slice(0, KEPT);
  }

  /** A list is complete: it has what its deletions left. */
  listed(): void {
    this.#deletedAt = undefined;
  }

  /** Forgets everything: it belongs to another past. */
  clear(): void {
    this.#newest = [];
    this.#deletedAt = undefined;
  }
}

/** Sorts the newest write to the front. */
export function byNewest(left: Witness, right: Witness): number {
  return left.version === right.version ? 0 : isNewer(left.version, right.version) ? -1 : 1;
}

/** Returns what an object is known by, or undefined where its metadata is malformed. */
export function identityOf(object: object): Identity | undefined {
  const { metadata } = object as { metadata?: Readonly<Record<string, unknown>> | null };
  const { namespace, name, uid, resourceVersion, managedFields } = metadata ?? {};
  if (typeof name !== "string" || typeof uid !== "string" || !isVersion(resourceVersion)) return undefined;
  return {
    namespace: typeof namespace === "string" && namespace !== "" ? namespace : undefined,
    name,
    uid,
    version: resourceVersion,
    writtenAt: newestTime(managedFields),
  };
}

function newestTime(managedFields: unknown): string | undefined {
  if (!Array.isArray(managedFields)) return undefined;
  const times = managedFields.map((entry: { time?: unknown } | null) => entry?.time);
  return times.filter((time) => typeof time === "string").sort().at(-1);
}
