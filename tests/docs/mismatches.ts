const ELISION = "…";

/**
 * Returns the differences between an answer and an example. In an example `…` means omitted content: as a
 * value any value, as a field further fields, at the end of a list further items, in any order.
 */
export function mismatches(actual: unknown, example: unknown, path = "answer"): string[] {
  if (example === ELISION) return [];
  if (Array.isArray(example)) return listMismatches(actual, example, path);
  if (isObject(example)) return fieldMismatches(actual, example, path);
  return actual === example ? [] : [`${path} is ${show(actual)}, the example has ${show(example)}`];
}

function listMismatches(actual: unknown, example: readonly unknown[], path: string): string[] {
  if (!Array.isArray(actual)) return [`${path} is ${show(actual)}, the example has a list`];
  if (example.at(-1) === ELISION) {
    return example.slice(0, -1)
      .filter((item) => !actual.some((candidate) => mismatches(candidate, item).length === 0))
      .map((item) => `${path} does not have ${show(item)}`);
  }
  if (actual.length !== example.length) {
    return [`${path} has ${actual.length} items, the example has ${example.length}`];
  }
  return example.flatMap((item, at) => mismatches(actual[at], item, `${path}[${at}]`));
}

function fieldMismatches(actual: unknown, example: Record<string, unknown>, path: string): string[] {
  if (!isObject(actual)) return [`${path} is ${show(actual)}, the example has an object`];
  const { [ELISION]: elision, ...shown } = example;
  const hidden = elision === undefined ? Object.keys(actual).filter((key) => !Object.hasOwn(shown, key)) : [];
  return [
    ...hidden.map((key) => `${path} has a field ${key}, which the example lacks`),
    ...Object.entries(shown).flatMap(([key, value]) => mismatches(actual[key], value, `${path}.${key}`)),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
