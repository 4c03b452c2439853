import { METADATA_KEY } from "./keys.ts";
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
}

export function decodeMetadata(value: string | null | undefined): DatabaseMetadata {
  const { cluster, apiServer, caSha256, schemaVersion, lastSnapshot } = parse(value ?? "{}");
  const time = Date.parse(String(lastSnapshot));
  return {
    cluster: text(cluster),
    apiServer: text(apiServer),
    caSha256: text(caSha256),
    schemaVersion: typeof schemaVersion === "number" ? schemaVersion : undefined,
    lastSnapshot: Number.isNaN(time) ? undefined : time,
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
  const { cluster, apiServer, caSha256, lastSnapshot } = metadata;
  const value = {
    schemaVersion: SCHEMA_VERSION,
    writer,
    cluster,
    apiServer,
    caSha256,
    lastSnapshot: lastSnapshot === undefined ? undefined : new Date(lastSnapshot).toISOString(),
  };
  return { set: [[METADATA_KEY, JSON.stringify(value)]], delete: [], add: [], remove: [] };
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
