import { RELATION_TYPES, type RelationType } from "../../model/relation.ts";

const UUID = /^[-0-9a-f]+$/;

/**
 * Returns the saved value of the relations from one resource to another. The first type stands for all.
 *
 * @param types Numbers in `RELATION_TYPES`, ascending, at least one.
 */
export function encodeEdge(types: readonly number[], from: string, to: string): string {
  const names = types.map((type) => RELATION_TYPES[type]);
  const more = names.length > 1 ? `,"types":${JSON.stringify(names)}` : "";
  return `{"type":"${names[0]}","fromUID":${quote(from)},"toUID":${quote(to)}${more}}`;
}

export interface DecodedEdge {
  readonly types: readonly RelationType[];
  readonly from: string;
  readonly to: string;
}

/** Returns undefined for a malformed value. */
export function decodeEdge(value: string): DecodedEdge | undefined {
  let edge: { type?: unknown; types?: unknown; fromUID?: unknown; toUID?: unknown } | null;
  try {
    edge = JSON.parse(value);
  } catch {
    return undefined;
  }
  if (typeof edge?.fromUID !== "string" || typeof edge.toUID !== "string") return undefined;
  const said: readonly unknown[] = Array.isArray(edge.types) ? edge.types : [edge.type];
  const types = RELATION_TYPES.filter((type) => said.includes(type));
  return types.length > 0 ? { types, from: edge.fromUID, to: edge.toUID } : undefined;
}

function quote(uid: string): string {
  return UUID.test(uid) ? `"${uid}"` : JSON.stringify(uid);
}
