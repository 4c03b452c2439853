/**
 * Paths to fields of an object, as the configuration writes them: `spec.secretName`,
 * `metadata.annotations["example.com/uses"]`, `spec.volumes[*].secret.name`. `[*]` runs through a list.
 *
 * A path that leads nowhere, or through a value that has no such field, finds nothing. It never throws.
 */
import { isObject } from "../fields.ts";

/** The name of a field; or all items of a list, with the steps up to it as text. */
type Step = string | { readonly list: string };

export interface FieldPath {
  readonly text: string;
  readonly steps: readonly Step[];
}

const STEP = /\.?([A-Za-z_$][A-Za-z0-9_$-]*)|\[\*\]|\[("(?:[^"\\]|\\.)*")\]/g;

/** The form of a path in words. */
export const FIELD_PATH_FORM =
  'a path such as spec.secretName, spec.items[*].name or metadata.labels["example.com/app"]';

/** The form of a path, for schemas. */
export const FIELD_PATH =
  /^(?:[A-Za-z_$][A-Za-z0-9_$-]*|\["(?:[^"\\]|\\["\\])*"\])(?:\.[A-Za-z_$][A-Za-z0-9_$-]*|\[\*\]|\["(?:[^"\\]|\\["\\])*"\])*$/;

/** The lists that a path has run through: the steps up to each as text, and the item that it is at. */
export type Items = ReadonlyMap<string, unknown>;

const NO_ITEMS: Items = new Map();

/** @throws {SyntaxError} with the form that a path must have. */
export function parseFieldPath(text: string): FieldPath {
  if (!FIELD_PATH.test(text)) throw new SyntaxError(`must be ${FIELD_PATH_FORM}`);
  const steps = Array.from(
    text.matchAll(STEP),
    ({ 0: step, 1: name, 2: quoted, index }): Step =>
      name ?? (quoted === undefined ? { list: text.slice(0, index + step.length) } : JSON.parse(quoted)),
  );
  return { text, steps };
}

/** Returns the lists that a path runs through, each as the path to its items. */
export function listsOf({ steps }: FieldPath): string[] {
  return steps.flatMap((step) => typeof step === "string" ? [] : [step.list]);
}

/** Returns the name at a position of a path. Returns undefined for a list, or behind the end. */
export function nameAt({ steps }: FieldPath, position: number): string | undefined {
  const step = steps[position];
  return typeof step === "string" ? step : undefined;
}

/**
 * Visits each value that is present at a path, with the items that led to it. A list that `items` has is not
 * run through again: the path goes on from its item.
 */
export function forEachValue(
  object: unknown,
  { steps }: FieldPath,
  visit: (value: unknown, items: Items) => void,
  items: Items = NO_ITEMS,
): void {
  const follow = (value: unknown, at: number, known: Items): void => {
    for (; at < steps.length; at++) {
      const step = steps[at]!;
      if (typeof step === "string") {
        if (!isObject(value) || !Object.hasOwn(value, step)) return;
        value = value[step];
      } else if (known.has(step.list)) {
        value = known.get(step.list);
      } else {
        if (!Array.isArray(value)) return;
        for (const item of value) follow(item, at + 1, new Map([...known, [step.list, item]]));
        return;
      }
    }
    if (value !== undefined && value !== null) visit(value, known);
  };
  follow(object, 0, items);
}

/** Returns the first value at a path, or undefined. */
export function firstValue(object: unknown, path: FieldPath, items?: Items): unknown {
  let first: unknown;
  forEachValue(object, path, (value) => first ??= value, items);
  return first;
}
