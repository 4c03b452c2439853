import { METADATA_KEY } from "./keys.ts";
import type { Batch } from "../store.ts";

const SCHEMA_VERSION = 1;

/** What the database says of itself. */
export interface DatabaseMetadata {
  /** Whose resources it holds; undefined where it does not say, as those of the Go server. */
  readonly cluster?: string;
  readonly schemaVersion?: number;
  /** Milliseconds since 1970. */
  readonly lastSnapshot?: number;
}

export function decodeMetadata(value: string | null | undefined): DatabaseMetadata {
  const { cluster, schemaVersion, lastSnapshot } = parse(value ?? "{}");
  const time = Date.parse(String(lastSnapshot));
  return {
    ...(typeof cluster === "string" ? { cluster } : {}),
    ...(typeof schemaVersion === "number" ? { schemaVersion } : {}),
    ...(Number.isNaN(time) ? {} : { lastSnapshot: time }),
  };
}

/** A newer Astrolabe has written the database. */
export function isNewer({ schemaVersion = 0 }: DatabaseMetadata): boolean {
  return schemaVersion > SCHEMA_VERSION;
}

/** @param writer who writes, with its version. */
export function metadataBatch(writer: string, { cluster, lastSnapshot }: DatabaseMetadata): Batch {
  const value = {
    schemaVersion: SCHEMA_VERSION,
    writer,
    cluster,
    ...(lastSnapshot === undefined ? {} : { lastSnapshot: new Date(lastSnapshot).toISOString() }),
  };
  return { set: [[METADATA_KEY, JSON.stringify(value)]], delete: [], add: [], remove: [] };
}

function parse(value: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? parsed as Readonly<Record<string, unknown>> : {};
  } catch {
    return {};
  }
}
