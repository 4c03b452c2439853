/**
 * Decodes the protobuf form of Kubernetes objects: the declared fields alone, into an object that looks like
 * the JSON form. All other fields are skipped by their length, without a look inside.
 * https://protobuf.dev/programming-guides/encoding/
 */
import { Buffer } from "node:buffer";
import type { WireField, WireFields } from "../model/wire_field.ts";

/** The bytes are not a protobuf message, or not of the declared fields. */
export class MalformedMessage extends Error {
  override name = "MalformedMessage";
}

type Draft = Record<string, unknown>;

/** The declared fields of a message, by number. */
type Plan = readonly (Step | undefined)[];

type Step = WireField & { readonly name: string; readonly plan: Plan };

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

const NO_FIELDS: object = Object.freeze({});
const EMPTY: Plan = [];

const plans = new WeakMap<WireFields, Plan>();

/**
 * Decodes a message.
 *
 * @throws {MalformedMessage} if the bytes are not a message of the declared fields.
 */
export function decodeMessage(bytes: Uint8Array, fields: WireFields): object {
  const reader = new MessageReader(bytes);
  return reader.message(bytes.length, planOf(fields));
}

function planOf(fields: WireFields): Plan {
  let plan = plans.get(fields);
  if (plan === undefined) {
    const steps: Step[] = [];
    for (const [name, field] of Object.entries(fields)) {
      steps[field.number] = { ...field, name, plan: field.type === "message" ? planOf(field.fields) : EMPTY };
    }
    plans.set(fields, plan = steps);
  }
  return plan;
}

/** Reads one message from its first byte to its last. */
class MessageReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor({ buffer, byteOffset, length }: Uint8Array) {
    // A Buffer makes text from a part of itself faster than a TextDecoder from a view.
    this.#bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, length);
  }

  /** Reads a message that ends at `end`. */
  message(end: number, plan: Plan): object {
    if (plan.length === 0) {
      this.#at = end;
      return NO_FIELDS;
    }
    const draft: Draft = {};
    this.#fields(end, plan, draft);
    return draft;
  }

  #fields(end: number, plan: Plan, draft: Draft): void {
    while (this.#at < end) {
      const tag = this.#length(end);
      const step = plan[tag >>> 3];
      if (step === undefined) this.#skip(tag & 7, end);
      else this.#field(step, draft, tag & 7, end);
    }
  }

  #field(step: Step, draft: Draft, wireType: number, end: number): void {
    switch (step.type) {
      case "integer":
      case "flag": {
        if (wireType === LENGTH && step.list) {
          // Packed.
          const last = this.#end(end);
          while (this.#at < last) append(draft, step.name, this.#integer(last));
          return;
        }
        expect(wireType, VARINT);
        const value = step.type === "flag" ? this.#integer(end) !== 0 : this.#integer(end);
        if (step.list) append(draft, step.name, value);
        else draft[step.name] = value;
        return;
      }
      case "text": {
        expect(wireType, LENGTH);
        const value = this.#text(this.#end(end));
        if (step.list) append(draft, step.name, value);
        // JSON leaves an empty text out.
        else if (value !== "") draft[step.name] = value;
        return;
      }
      case "bytes": {
        expect(wireType, LENGTH);
        const last = this.#end(end);
        draft[step.name] = this.#bytes.subarray(this.#at, last);
        this.#at = last;
        return;
      }
      case "time":
      case "seconds": {
        expect(wireType, LENGTH);
        const seconds = this.#seconds(this.#end(end));
        // The encoding of an absent time.
        if (seconds !== 0) draft[step.name] = step.type === "time" ? timeText(seconds) : seconds;
        return;
      }
      case "message": {
        expect(wireType, LENGTH);
        const last = this.#end(end);
        if (step.inline) this.#fields(last, step.plan, draft);
        else if (step.list) append(draft, step.name, this.message(last, step.plan));
        else draft[step.name] = this.message(last, step.plan);
        return;
      }
      case "map": {
        expect(wireType, LENGTH);
        this.#entry(step, this.#end(end), draft[step.name] ??= {});
        return;
      }
    }
  }

  #entry({ quantities, keeps }: WireField & { type: "map" }, end: number, map: unknown): void {
    let key = "";
    let value = "";
    while (this.#at < end) {
      const tag = this.#length(end);
      if (tag === (1 << 3 | LENGTH)) {
        key = this.#text(this.#end(end));
        if (keeps !== undefined && !keeps(key)) {
          this.#at = end;
          return;
        }
      } else if (tag === (2 << 3 | LENGTH)) {
        const last = this.#end(end);
        value = quantities ? this.#quantity(last) : this.#text(last);
      } else this.#skip(tag & 7, end);
    }
    (map as Draft)[key] = value;
  }

  #quantity(end: number): string {
    let value = "";
    while (this.#at < end) {
      const tag = this.#length(end);
      if (tag === (1 << 3 | LENGTH)) value = this.#text(this.#end(end));
      else this.#skip(tag & 7, end);
    }
    return value;
  }

  /** Reads a time without its fraction. */
  #seconds(end: number): number {
    let seconds = 0;
    while (this.#at < end) {
      const tag = this.#length(end);
      if (tag === (1 << 3 | VARINT)) seconds = this.#integer(end);
      else this.#skip(tag & 7, end);
    }
    return seconds;
  }

  #text(end: number): string {
    const from = this.#at;
    this.#at = end;
    return from === end ? "" : this.#bytes.toString("utf8", from, end);
  }

  /** Reads a length, and returns where what it measures ends. */
  #end(end: number): number {
    const length = this.#length(end);
    const last = this.#at + length;
    if (last > end) throw new MalformedMessage("a field is longer than its message");
    return last;
  }

  /** Reads a number below 2^32, such as a tag or a length. */
  #length(end: number): number {
    const first = this.#bytes[this.#at]!;
    if (first < 0x80 && this.#at < end) {
      this.#at++;
      return first;
    }
    const value = this.#integer(end);
    if (value < 0 || value > 0xffffffff) throw new MalformedMessage("a tag or a length is out of range");
    return value;
  }

  /** Reads a signed integer. Beyond 53 bits it is not exact. */
  #integer(end: number): number {
    const bytes = this.#bytes;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= end) throw new MalformedMessage("a number is cut");
      const byte = bytes[this.#at++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return (low >>> 0) + high * 0x1_0000_0000;
    }
    throw new MalformedMessage("a number is longer than ten bytes");
  }

  #skip(wireType: number, end: number): void {
    switch (wireType) {
      case VARINT:
        this.#integer(end);
        return;
      case FIXED64:
        this.#at += 8;
        break;
      case LENGTH:
        this.#at = this.#end(end);
        return;
      case FIXED32:
        this.#at += 4;
        break;
      default:
        throw new MalformedMessage(`wire type ${wireType} is not used by Kubernetes`);
    }
    if (this.#at > end) throw new MalformedMessage("a field is longer than its message");
  }
}

function expect(wireType: number, expected: number): void {
  if (wireType !== expected) {
    throw new MalformedMessage("a field has another wire type than it is declared with");
  }
}

function append(draft: Draft, name: string, value: unknown): void {
  const list = draft[name] as unknown[] | undefined;
  if (list === undefined) draft[name] = [value];
  else list.push(value);
}

function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new MalformedMessage("a time is out of range");
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
