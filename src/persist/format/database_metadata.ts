import { METADATA_KEY } from "./keys.ts";
import type { CustomKind } from "../../model/resource_kind.ts";
import type { Batch } from "../store.ts";

const SCHEMA_VERSION = 1;

/** The metadata of a database. */
export interface DatabaseMetadata {
  /** Identity of the cluster whose resources it holds; undefined in databases of the Go server. */
  readonly cluster?: string | undefined;
  /** Address of that cluster's API server. Undefined in older databases. */
  readonly apiServer?: string | undefined;
  /** SHA-256 of the API server's CA bundle. Undefined in older databases. */
  readonly caSha256?: string | undefined;
  readonly schemaVersion?: number | undefined;
  /** The last time at which the database was known to equal the graph, in milliseconds since 1970. */
  readonly lastSnapshot?: number | undefined;
  /** The custom kinds of its resources. Undefined in older databases. */
  readonly customKinds?: readonly CustomKind[] | undefined;
}

export function decodeMetadata(value: string | null | undefined): DatabaseMetadata {
  const { cluster, apiServer, caSha256, schemaVersion, lastSnapshot, customKinds } = parse(value ?? "{}");
  const time = Date.parse(String(lastSnapshot));
  return {
    cluster: text(cluster),
    apiServer: text(apiServer),
    caSha256: text(caSha256),
    schemaVersion: typeof schemaVersion === "number" ? schemaVersion : undefined,
    lastSnapshot: Number.isNaN(time) ? undefined : time,
    customKinds: Array.isArray(customKinds) ? customKinds.flatMap(decodeKind) : undefined,
  };
}

/** Reports whether a newer Astrolabe has written the database. */
export function isNewer({ schemaVersion = 0 }: DatabaseMetadata): boolean {
  return schemaVersion > SCHEMA_VERSION;
}

/**
 * Returns the batch that writes the metadata.
 *
 * @param writer The name of the writer, with its version.
 */
export function metadataBatch(writer: string, metadata: DatabaseMetadata): Batch {
  const { cluster, apiServer, caSha256, lastSnapshot, customKinds } = metadata;
  const value = {
    schemaVersion: SCHEMA_VERSION,
    writer,
    cluster,
    apiServer,
    caSha256,
    lastSnapshot: lastSnapshot === undefined ? undefined : new Date(lastSnapshot).toISOString(),
    customKinds: customKinds?.length ? customKinds.map(encodeKind) : undefined,
  };
  return { set: [[METADATA_KEY, JSON.stringify(value)]], delete: [], add: [], remove: [] };
}

/** Reports whether two lists name the same kinds in the same versions. */
export function areSameKinds(some: readonly CustomKind[], others: readonly CustomKind[]): boolean {
  const textOf = (kinds: readonly CustomKind[]) =>
    kinds.map((kind) => JSON.stringify(encodeKind(kind))).sort().join();
  return textOf(some) === textOf(others);
}

function encodeKind({ group, version, kind, plural, namespaced, aggregated }: CustomKind) {
  const scope = namespaced ? "namespaced" : "cluster";
  return { group, version, kind, plural, scope, ...aggregated && { aggregated } };
}

function decodeKind(value: unknown): CustomKind[] {
  if (typeof value !== "object" || value === null) return [];
  const { group, version, kind, plural, scope, aggregated } = value as Readonly<Record<string, unknown>>;
  if (!text(group) || !text(version) || !text(kind) || !text(plural)) return [];
  return [{
    group: String(group),
    version: String(version),
    kind: String(kind),
    plural: String(plural),
    namespaced: scope !== "cluster",
    aggregated: aggregated === true,
  }];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function parse(value: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? parsed as Readonly<Record<string, unknown>> : {};
  } catch {
    return {};
  }
}
