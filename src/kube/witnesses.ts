import type { Scope } from "../model/resource_sink.ts";
import { isNewer, isVersion } from "./resource_version.ts";

/** A write that a reflector has applied: it gave the object this version, or deleted it. */
export interface Witness {
  readonly scope: Scope;
  /** The namespace of the object. Undefined for a cluster-scoped object. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
  readonly version: string;
  /** The newest time in the managed fields, to the second. Undefined if there are none. */
  readonly writtenAt: string | undefined;
  /** The write deleted the object, or moved it out of the label selector. */
  readonly gone: boolean;
}

export type Identity = Pick<Witness, "namespace" | "name" | "uid" | "version" | "writtenAt">;

const KEPT = 3;

/**
 * The writes and counts of a scope that a proof compares with the API server. Writes of custom kinds prove
 * nothing: another server may number them, or fail to convert them to the version that is read.
 */
export class Witnesses {
  readonly scope: Scope;
  #newest: readonly Witness[] = [];
  #deletedAt: string | undefined;
  #listedAt = "";
  #listedCount = 0;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  /** The newest applied writes of at most three objects, newest first. */
  get newest(): readonly Witness[] {
    return this.#newest;
  }

  /** The version of the newest deletion since the last complete list. */
  get deletedAt(): string | undefined {
    return this.#deletedAt;
  }

  /** The version of the last complete list. */
  get listedAt(): string {
    return this.#listedAt;
  }

  /** The number of objects that it had. */
  get listedCount(): number {
    return this.#listedCount;
  }

  /** Records a write. During a list, most calls end at the first comparison. */
  add(object: object, { gone }: { gone: boolean }): void {
    const version = (object as { metadata?: { resourceVersion?: unknown } | null }).metadata?.resourceVersion;
    const last = this.#newest[KEPT - 1];
    const isLate = last === undefined || typeof version === "string" && isNewer(version, last.version);
    if (!isLate && !gone || !isVersion(version)) return;
    if (gone && (this.#deletedAt === undefined || isNewer(version, this.#deletedAt))) {
      this.#deletedAt = version;
    }
    if (!isLate || this.scope.kind.custom) return;
    const identity = identityOf(object);
    if (identity === undefined) return;
    const known = this.#newest.find(({ uid }) => uid === identity.uid);
    if (known !== undefined && !isNewer(version, known.version)) return;
    this.#newest = [...this.#newest.filter((one) => one !== known), { scope: this.scope, ...identity, gone }]
      .sort(byNewest).slice(0, KEPT);
  }

  /** Records a complete list. Its number of objects covers the deletions before it. */
  listed(version: string, count: number): void {
    this.#listedAt = version;
    this.#listedCount = count;
    this.#deletedAt = undefined;
  }

  /** Drops the writes, which belong to another past. */
  clear(): void {
    this.#newest = [];
    this.#deletedAt = undefined;
  }
}

/** Sorts the newest write to the front. */
export function byNewest(left: Witness, right: Witness): number {
  return left.version === right.version ? 0 : isNewer(left.version, right.version) ? -1 : 1;
}

/** Returns the fields that a proof compares, or undefined if the metadata is malformed. */
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

/** Returns the newest time as in JSON. Protobuf has seconds since 1970. */
function newestTime(managedFields: unknown): string | undefined {
  if (!Array.isArray(managedFields)) return undefined;
  const times = managedFields.map((entry: { time?: unknown } | null) => textOf(entry?.time));
  return times.filter((time) => time !== undefined).sort().at(-1);
}

function textOf(time: unknown): string | undefined {
  if (typeof time === "string") return time;
  const date = new Date(typeof time === "number" ? time * 1000 : NaN);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(".000Z", "Z");
}
