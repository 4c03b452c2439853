import { isObject, MalformedField } from "../fields.ts";
import { groupOf, type Refer } from "../rule.ts";
import type { Condition, ConfiguredReference, ConfiguredTarget } from "./configured_kind.ts";
import { type FieldPath, firstValue, forEachValue, type Items } from "./field_path.ts";

/** The characters of names in Kubernetes. A value with others, such as a text of many lines, is not a name. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9:._-]{0,252}$/;
const SELECTOR_KEYS = ["matchLabels", "matchExpressions"];

/** Adds the references that the configuration reads from an object. A value of another form makes none. */
export function addConfiguredReferences(
  configured: readonly ConfiguredReference[],
  object: unknown,
  refer: Refer,
): void {
  for (const reference of configured) {
    if (reference.target.isSelector) addSelector(reference, object, refer);
    else addTargets(reference, object, refer);
  }
}

function addTargets(
  { type, target, when, optional }: ConfiguredReference,
  object: unknown,
  refer: Refer,
): void {
  forEachValue(object, target.path, (value, items) => {
    const name = nameOf(value);
    const kind = kindOf(target, object, items);
    if (name === undefined || kind === undefined || when && !holds(when, object, items)) return;
    const namespace = target.namespace && nameOf(firstValue(object, target.namespace, items));
    refer.to(type, { ...kind, name, namespace, optional });
  });
}

function addSelector({ type, target, when }: ConfiguredReference, object: unknown, refer: Refer): void {
  const selector = selectorOf(firstValue(object, target.path));
  const kind = kindOf(target, object);
  if (selector === undefined || kind === undefined || when && !holds(when, object)) return;
  const namespaces = new Set<string>();
  if (target.namespace) {
    forEachValue(object, target.namespace, (value) => {
      const namespace = nameOf(value);
      if (namespace !== undefined) namespaces.add(namespace);
    });
  }
  try {
    if (namespaces.size === 0) refer.select(type, { ...kind, selector });
    for (const namespace of namespaces) refer.select(type, { ...kind, selector, namespace });
  } catch (error) {
    if (!(error instanceof MalformedField)) throw error;
  }
}

function kindOf(
  { group, kind, apiVersionPath, groupPath, kindPath }: ConfiguredTarget,
  object: unknown,
  items?: Items,
): { group: string; kind: string } | undefined {
  const textAt = (path: FieldPath | undefined) => {
    const value = path && firstValue(object, path, items);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const apiVersion = textAt(apiVersionPath);
  const found = textAt(kindPath) ?? kind;
  if (found === "") return undefined;
  return { group: apiVersion === undefined ? textAt(groupPath) ?? group : groupOf(apiVersion), kind: found };
}

function holds(condition: Condition, object: unknown, items?: Items): boolean {
  const value = firstValue(object, condition.path, items);
  return "equals" in condition ? value === condition.equals : isEmpty(value) === condition.empty;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function nameOf(value: unknown): string | undefined {
  return typeof value === "string" && NAME.test(value) ? value : undefined;
}

/** Returns the object form of a label selector or of a map of labels. Returns undefined for anything else. */
function selectorOf(value: unknown): unknown {
  if (!isObject(value)) return undefined;
  if (SELECTOR_KEYS.some((key) => isObject(value[key]) || Array.isArray(value[key]))) return value;
  return { matchLabels: value };
}
