/**
 * What surrounds objects in protobuf: the events of a watch, and the envelope with the kind of an object.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
import { bytes, integer, message, text, type WireFields } from "../model/wire_field.ts";
import { readBody, readText } from "./body.ts";
import { decodeMessage, MalformedMessage } from "./protobuf.ts";
import { PROTOBUF } from "./request.ts";
import { Unfinished } from "./unfinished.ts";

/** The bytes in front of an envelope. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];

const ENVELOPE = { raw: bytes(2) };
const EVENT = { type: text(1), object: message(2, { raw: bytes(1) }) };
const STATUS = { message: text(3), code: integer(6) };

/** Reports whether the answer is protobuf. */
export function isProtobuf({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith(PROTOBUF) ?? false;
}

/** Decodes an event with an object of these fields, or with a Status. */
export function decodeEvent(frame: Uint8Array, fields: WireFields): { type?: string; object?: object } {
  const { type, object } = decodeMessage(frame, EVENT) as { type?: string; object?: { raw?: Uint8Array } };
  const { raw } = object ?? {};
  return {
    ...type !== undefined && { type },
    ...raw !== undefined && { object: decodeObject(raw, type === "ERROR" ? STATUS : fields) },
  };
}

/** Returns the answer to a refused request as text: a Status as JSON, or what another server says. */
export async function readRefusal(
  response: Response,
  { signal, onBytes }: { signal: AbortSignal; onBytes: () => void },
): Promise<string> {
  if (!isProtobuf(response)) return await readText(response, { signal, onBytes });
  const body = new Unfinished("answer");
  await readBody(response, {
    signal,
    onChunk: (chunk) => {
      onBytes();
      body.add(chunk);
    },
  });
  return JSON.stringify(decodeObject(body.finish(), STATUS));
}

function decodeObject(envelope: Uint8Array, fields: WireFields): object {
  if (MAGIC.some((byte, i) => envelope[i] !== byte)) {
    throw new MalformedMessage("an object does not begin with k8s");
  }
  const { raw } = decodeMessage(envelope.subarray(MAGIC.length), ENVELOPE) as { raw?: Uint8Array };
  return decodeMessage(raw ?? new Uint8Array(0), fields);
}
