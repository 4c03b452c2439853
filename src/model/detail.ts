/**
 * The fields of a resource beyond its identity and its relations. This table is their only description: the
 * graph stores them by it, both encoders and the decoder follow it, and the schema of the API is made from
 * it.
 *
 * A form in brackets is a list. A count is a whole number from 0 to 2³² − 1.
 */
export const DETAIL_FIELDS = {
  /** The image of the first container. */
  image: "text",
  nodeName: "text",
  /** The sum over all containers, init containers included. */
  restartCount: "count",
  replicas: { desired: "count", current: "count", ready: "count", available: "count" },
  ownerReferences: [{ kind: "text", name: "text", uid: "uid" }],
  volumeName: "text",
  claimRef: { kind: "text", namespace: "text", name: "text", uid: "uid" },
} as const satisfies Readonly<Record<string, FieldForm>>;

/** The form of a value without parts. The graph stores a uid in 16 bytes. */
export type ValueForm = "text" | "count" | "uid";
/** An object of such values. */
export type ObjectForm = Readonly<Record<string, ValueForm>>;
export type FieldForm = ValueForm | ObjectForm | readonly [ObjectForm];

type Value<Form> = Form extends "count" ? number
  : Form extends "text" | "uid" ? string
  : Form extends readonly [infer Item] ? readonly Value<Item>[]
  : { readonly [part in keyof Form]: Value<Form[part]> };

/** The fields of one resource. A field that does not apply is absent. */
export type Detail = {
  readonly [field in keyof typeof DETAIL_FIELDS]?: Value<typeof DETAIL_FIELDS[field]>;
};

export type Replicas = NonNullable<Detail["replicas"]>;
export type OwnerReference = NonNullable<Detail["ownerReferences"]>[number];

/** A field of the table above, taken apart. */
export interface FieldLayout {
  readonly name: string;
  /** The field has any number of values, each with all parts. */
  readonly isList: boolean;
  /** A value without parts counts as one part without a name. */
  readonly parts: readonly { readonly name?: string; readonly form: ValueForm }[];
}

/** All fields, in the order of answers. The position of a field is its number. */
export const DETAIL_LAYOUTS: readonly FieldLayout[] = Object.entries<FieldForm>(DETAIL_FIELDS).map(
  ([name, form]) => {
    if (typeof form === "string") return { name, isList: false, parts: [{ form }] };
    const isList = Array.isArray(form);
    const object: ObjectForm = isList ? form[0] : form;
    return { name, isList, parts: Object.entries(object).map(([name, form]) => ({ name, form })) };
  },
);
