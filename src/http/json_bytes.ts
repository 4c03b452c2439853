const encoder = new TextEncoder();

/** A value as JSON, for answers that are small enough to be made of objects. */
export function jsonBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(value));
}
