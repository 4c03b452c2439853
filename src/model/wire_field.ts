/**
 * Which fields of an object are read from protobuf. A rule declares the fields that it reads, each with its
 * number in the published `generated.proto` files of Kubernetes. What is not declared is never decoded. The
 * decoded object looks like the JSON form of the same object, with the declared fields alone.
 */
export type WireField =
  | {
    readonly number: number;
    readonly type: "text" | "integer" | "flag" | "time" | "seconds" | "bytes";
    readonly list?: true;
  }
  | {
    readonly number: number;
    readonly type: "message";
    readonly fields: WireFields;
    readonly list?: true;
    /** The JSON form has the fields of the message in the place of the message. */
    readonly inline?: true;
  }
  | {
    readonly number: number;
    readonly type: "map";
    /** The values of a map of quantities are messages with one text. */
    readonly quantities?: true;
    /** Entries with other keys are not decoded. */
    readonly keeps?: (key: string) => boolean;
  };

export interface WireFields {
  readonly [name: string]: WireField;
}

export function text(number: number): WireField {
  return { number, type: "text" };
}

export function texts(number: number): WireField {
  return { number, type: "text", list: true };
}

export function integer(number: number): WireField {
  return { number, type: "integer" };
}

export function integers(number: number): WireField {
  return { number, type: "integer", list: true };
}

export function flag(number: number): WireField {
  return { number, type: "flag" };
}

/** A time becomes text, as in JSON. */
export function time(number: number): WireField {
  return { number, type: "time" };
}

/** A time becomes the seconds since 1970. This is cheaper than a text. */
export function seconds(number: number): WireField {
  return { number, type: "seconds" };
}

/** Bytes become a view of what was read. */
export function bytes(number: number): WireField {
  return { number, type: "bytes" };
}

/** A message without declared fields says only that it exists. */
export function message(number: number, fields: WireFields = {}): WireField {
  return { number, type: "message", fields };
}

/** A list of messages without declared fields says only how many exist. */
export function messages(number: number, fields: WireFields = {}): WireField {
  return { number, type: "message", fields, list: true };
}

/** A message whose fields the JSON form has one level higher. The name of such a field has no meaning. */
export function inline(number: number, fields: WireFields): WireField {
  return { number, type: "message", fields, inline: true };
}

export function map(number: number, keeps?: (key: string) => boolean): WireField {
  return { number, type: "map", ...keeps && { keeps } };
}

export function quantities(number: number): WireField {
  return { number, type: "map", quantities: true };
}
