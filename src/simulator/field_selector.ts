/**
 * Field selectors over the two fields that every resource supports.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
 */
import type { StoredObject } from "./stored_object.ts";

interface Term {
  readonly field: "name" | "namespace";
  readonly value: string;
  readonly isEqual: boolean;
}

const KNOWN = '"metadata.name", "metadata.namespace"';

export type FieldSelector = readonly Term[];

/**
 * Parses a field selector. A backslash escapes a comma, an equals sign or a backslash.
 *
 * @throws {SyntaxError} for an unknown operator or a field that is not supported.
 */
export function parseFieldSelector(text: string): FieldSelector {
  const terms = text.match(/(?:[^,\\]|\\.)+/gs) ?? [];
  return terms.map((term) => {
    const [, label = "", operator, value = ""] = /^([^!=]*?)(!=|==|=)((?:[^=\\]|\\.)*)$/s.exec(term) ?? [];
    if (operator === undefined) {
      throw new SyntaxError(`invalid selector: '${text}'; can't understand '${term}'`);
    }
    const field = label === "metadata.name"
      ? "name"
      : label === "metadata.namespace"
      ? "namespace"
      : undefined;
    if (field === undefined) {
      throw new SyntaxError(`${JSON.stringify(label)} is not a known field selector: only ${KNOWN}`);
    }
    return { field, value: value.replaceAll(/\\(.)/gs, "$1"), isEqual: operator !== "!=" };
  });
}

export function matchesFields(selector: FieldSelector, object: StoredObject): boolean {
  return selector.every(({ field, value, isEqual }) => (object[field] === value) === isEqual);
}
