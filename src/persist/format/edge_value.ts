import { RELATION_TYPES, type RelationType } from "../../model/relation.ts";

const UUID = /^[-0-9a-f]+$/;
/** By sets of types: what stands before the uids, and after them. */
const FORMS = new Map<number, readonly [start: string, end: string]>();

/** The saved value of what relates two resources: the first type speaks for all. */
export function encodeEdge(types: number, from: string, to: string): string {
  const [start, end] = FORMS.get(types) ?? addForm(types);
  return `${start}"fromUID":${quote(from)},"toUID":${quote(to)}${end}`;
}

function addForm(types: number): readonly [start: string, end: string] {
  const all = RELATION_TYPES.filter((_, number) => types & 1 << number);
  const more = all.length > 1 ? `,"types":${JSON.stringify(all)}` : "";
  const form = [`{"type":"${all[0]}",`, `${more}}`] as const;
  FORMS.set(types, form);
  return form;
}

export interface DecodedEdge {
  readonly types: readonly RelationType[];
  readonly from: string;
  readonly to: string;
}

/** Undefined where the value makes no sense. */
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
