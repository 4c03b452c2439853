/**
 * The place where a page of a list ended: the key of its last resource, as text that clients carry. The next
 * page begins behind that key, whatever was added or removed meanwhile.
 */
import * as v from "valibot";
import type { ResourceKey } from "./resource_key.ts";
import { invalidParameter } from "./http_error.ts";

const Parts = v.strictTuple([v.string(), v.string(), v.string()]);
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export function encodeCursor({ namespace, kind, name }: ResourceKey): string {
  const bytes = encoder.encode(JSON.stringify([namespace, kind, name]));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** @throws {HttpError} 400 where the text is not a cursor. */
export function decodeCursor(text: string): ResourceKey {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    const [namespace, kind, name] = v.parse(Parts, JSON.parse(decoder.decode(bytes)));
    return { namespace, kind, name };
  } catch {
    throw invalidParameter("continue must be taken from the Link header of the page before");
  }
}
