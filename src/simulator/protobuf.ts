/**
 * Turns the JSON of watches and refusals into protobuf: the declared fields of a kind, the envelope of an
 * object, and the event and the frame that surround it in a watch.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
import type { WireField, WireFields } from "../model/wire_field.ts";
import { concat } from "./concat.ts";

export const PROTOBUF = "application/vnd.kubernetes.protobuf";

type Bytes = Uint8Array<ArrayBuffer>;

type Fields = { readonly [name: string]: unknown };

const VARINT = 0;
const LENGTH = 2;
const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const STATUS = {
  status: { number: 2, type: "text" },
  message: { number: 3, type: "text" },
  reason: { number: 4, type: "text" },
  details: {
    number: 5,
    type: "message",
    fields: { retryAfterSeconds: { number: 5, type: "integer" } },
  },
  code: { number: 6, type: "integer" },
} as const satisfies WireFields;

/**
 * Returns a function that turns a line of a watch into a frame. A line that is not an event becomes a frame
 * with the same bytes. Half a line becomes the beginning of a longer frame.
 */
export function framesOf(fields: WireFields): (line: Bytes) => Bytes {
  return (line) => {
    const text = decoder.decode(line);
    if (!text.endsWith("\n")) return frame(line, 2 * line.length);
    try {
      const { type, object } = JSON.parse(text);
      const envelope = envelopeOf(object, type === "ERROR" ? STATUS : fields);
      const event = concat([delimited(1, encoder.encode(type)), delimited(2, delimited(1, envelope))]);
      return frame(event, event.length);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return frame(line, line.length);
    }
  };
}

/** Returns a Status in its envelope. */
export function statusMessage(status: object): Bytes {
  return envelopeOf(status as Fields, STATUS);
}

function frame(message: Bytes, length: number): Bytes {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, length);
  return concat([head, message]);
}

function envelopeOf(object: Fields, fields: WireFields): Bytes {
  const { apiVersion, kind } = object;
  const typeMeta = concat([
    delimited(1, encoder.encode(String(apiVersion))),
    delimited(2, encoder.encode(String(kind))),
  ]);
  return concat([MAGIC, delimited(1, typeMeta), delimited(2, messageOf(object, fields))]);
}

function messageOf(object: Fields, fields: WireFields): Bytes {
  return concat(
    Object.entries(fields).flatMap(([name, field]) => {
      if (field.type === "message" && field.inline) {
        return [delimited(field.number, messageOf(object, field.fields))];
      }
      const value = object[name];
      if (value === undefined || value === null) return [];
      if (field.type === "map") {
        return Object.entries(value as Fields).map((entry) => delimited(field.number, entryOf(entry, field)));
      }
      const values = field.type !== "bytes" && field.list ? value as readonly unknown[] : [value];
      return values.map((value) => fieldOf(value, field));
    }),
  );
}

function fieldOf(value: unknown, field: Exclude<WireField, { type: "map" }>): Bytes {
  const { number } = field;
  switch (field.type) {
    case "text":
      return delimited(number, encoder.encode(value as string));
    case "integer":
    case "flag":
      return concat([varint(number << 3 | VARINT), varint(Number(value))]);
    case "time":
    case "seconds":
      return delimited(
        number,
        concat([varint(1 << 3 | VARINT), varint(Math.floor(Date.parse(value as string) / 1000))]),
      );
    case "bytes":
      return delimited(number, value as Bytes);
    case "message":
      return delimited(number, messageOf(value as Fields, field.fields));
  }
}

function entryOf([key, value]: [string, unknown], { quantities }: WireField & { type: "map" }): Bytes {
  const text = encoder.encode(value as string);
  return concat([delimited(1, encoder.encode(key)), delimited(2, quantities ? delimited(1, text) : text)]);
}

function delimited(number: number, bytes: Bytes): Bytes {
  return concat([varint(number << 3 | LENGTH), varint(bytes.length), bytes]);
}

/** Returns an integer as protobuf writes it. A negative one has ten bytes. */
function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.of(...bytes, Number(rest));
}
