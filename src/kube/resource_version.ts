/**
 * The order of resourceVersions. Those of one API server are decimal numbers without leading zeros that grow
 * with every write: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 * (KEP-5504). They may be too large for a JavaScript number.
 */

/** Reports whether `version` is later than `other`. */
export function isNewer(version: string, other: string): boolean {
  return version.length === other.length ? version > other : version.length > other.length;
}

/** Returns the version of the write before. */
export function versionBefore(version: string): string {
  return String(BigInt(version) - 1n);
}

/** Reports whether a value is a resourceVersion that can be compared. */
export function isVersion(value: unknown): value is string {
  return typeof value === "string" && /^[1-9]\d*$/.test(value);
}
