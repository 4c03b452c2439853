/** The form of the configuration file. The JSON schema for editors is made from it. */
import * as v from "valibot";
import { ADDED_TYPE } from "../../model/relation.ts";
import { FIELD_PATH, FIELD_PATH_FORM } from "./field_path.ts";

const TEXT_LENGTH_MAX = 500;
const KINDS_MAX = 1_000;
const REFERENCES_MAX = 100;
const API_VERSION = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?v[a-z0-9]+$/;
const KIND = /^[A-Z][A-Za-z0-9]*$/;
const CONDITION = /^[A-Za-z0-9][-A-Za-z0-9_./]*(=(True|False|Unknown))?$/;

function text(pattern: RegExp, form: string) {
  return v.pipe(
    v.string(),
    v.maxLength(TEXT_LENGTH_MAX, `must have at most ${TEXT_LENGTH_MAX} characters`),
    v.regex(pattern, `must be ${form}`),
  );
}

function described<const S extends v.GenericSchema>(schema: S, description: string) {
  return v.pipe(schema, v.description(description));
}

const path = text(FIELD_PATH, FIELD_PATH_FORM);
const apiVersion = text(API_VERSION, "a group and a version such as apps/v1, or v1 for the core group");
const kind = text(KIND, "the name of a kind, such as Certificate");
const values = v.pipe(v.array(v.pipe(v.string(), v.minLength(1, "must not be empty"))), v.minLength(1));

const To = v.strictObject({
  apiVersion: v.exactOptional(
    described(apiVersion, "The group and version of the target. Default: the core group"),
  ),
  kind: v.exactOptional(described(kind, "The kind of the target; with kindPath, where that finds nothing")),
  apiVersionPath: v.exactOptional(described(path, "The field with the target's apiVersion")),
  groupPath: v.exactOptional(described(path, "The field with the target's API group")),
  kindPath: v.exactOptional(described(path, "The field with the target's kind")),
  name: v.exactOptional(described(path, "The field with the target's name")),
  selector: v.exactOptional(described(path, "The field with a label selector, or with a map of labels")),
  namespace: v.exactOptional(
    described(path, "The field with the target's namespace. `own`, the default: that of the resource itself"),
  ),
});

const When = v.strictObject({
  path,
  equals: v.exactOptional(
    described(v.union([v.string(), v.number(), v.boolean()]), "The value of the field"),
  ),
  empty: v.exactOptional(
    described(v.boolean(), "Whether the field is absent, or an empty text, list or object"),
  ),
});

const ReferenceForm = v.strictObject({
  type: described(
    text(ADDED_TYPE, "a relation type in kebab case, such as issued-by"),
    "A built-in relation type, or one of your own",
  ),
  to: To,
  when: v.exactOptional(described(When, "The reference exists only if this holds")),
  optional: v.exactOptional(described(v.boolean(), "A missing target is not a problem")),
});

const StatusForm = v.strictObject({
  path: v.exactOptional(
    described(path, "The field whose values the lists name. Without it they name conditions"),
  ),
  ready: v.exactOptional(described(values, "All of these conditions, or one of these values: Ready")),
  pending: v.exactOptional(described(values, "One of these conditions or values: Pending")),
  failed: v.exactOptional(described(values, "One of these conditions or values: Error")),
});

const KindForm = v.strictObject({
  apiVersion,
  kind,
  references: v.exactOptional(v.pipe(v.array(ReferenceForm), v.maxLength(REFERENCES_MAX))),
  status: v.exactOptional(
    described(StatusForm, "For custom resources. Conditions are `Ready` or `Ready=False`"),
  ),
});

export const ConfigurationForm = v.strictObject({
  kinds: v.pipe(v.array(KindForm), v.maxLength(KINDS_MAX)),
});

export type KindForm = v.InferOutput<typeof KindForm>;
export type ReferenceForm = v.InferOutput<typeof ReferenceForm>;
export type StatusForm = v.InferOutput<typeof StatusForm>;

/** Reports whether a text names a condition: its type, and its status unless that is True. */
export function isCondition(text: string): boolean {
  return CONDITION.test(text);
}
