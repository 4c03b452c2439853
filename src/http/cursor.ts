/**
 * The place where a page of a list ended: the key of its last resource, as text that clients carry. The next
 * page begins behind that key, whatever was added or removed meanwhile. Every text that fits the pattern is a
 * cursor, so that OpenAPI can say what one is.
 *
 * The parts are UTF-8. Letters, digits and `-` stand for themselves, other bytes are `_` and two hexadecimal
 * digits, and `_-` stands between the parts.
 */
import type { ResourceKey } from "./resource_key.ts";

export const CURSOR_PATTERN =
  /^(?:[A-Za-z0-9-]|_[0-9a-f]{2})*_-(?:[A-Za-z0-9-]|_[0-9a-f]{2})*_-(?:[A-Za-z0-9-]|_[0-9a-f]{2})*$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeCursor({ namespace, kind, group = "", name }: ResourceKey): string {
  return [namespace, group === "" ? kind : `${kind}.${group}`, name].map(encodePart).join("_-");
}

/** Returns the key of a text that matches the pattern. */
export function decodeCursor(text: string): ResourceKey {
  const [namespace = "", kindName = "", name = ""] = text.split("_-").map(decodePart);
  const [kind = "", ...group] = kindName.split(".");
  return { namespace, kind, group: group.join("."), name };
}

function encodePart(text: string): string {
  return Array.from(encoder.encode(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9-]/.test(character) ? character : `_${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}

function decodePart(part: string): string {
  const bytes = part.match(/_..|[^_]/g) ?? [];
  return decoder.decode(
    Uint8Array.from(bytes, (it) => it.length === 3 ? parseInt(it.slice(1), 16) : it.charCodeAt(0)),
  );
}
