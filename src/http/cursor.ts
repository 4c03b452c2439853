/**
 * Where a page of a list ended, as clients carry it: the key of its last resource. The next page begins
 * behind that key, whatever has come or gone meanwhile.
 */
import * as v from "valibot";
import type { Key } from "./key_of.ts";
import { invalidParameter } from "./errors.ts";

const Parts = v.strictTuple([v.string(), v.string(), v.string()]);
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export function encodeCursor({ namespace, kind, name }: Key): string {
  const bytes = encoder.encode(JSON.stringify([namespace, kind, name]));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** @throws {Problem} 400 where the text is no cursor. */
export function decodeCursor(text: string): Key {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    const [namespace, kind, name] = v.parse(Parts, JSON.parse(decoder.decode(bytes)));
    return { namespace, kind, name };
  } catch {
    throw invalidParameter("continue must be taken from the Link header of the page before");
  }
}
