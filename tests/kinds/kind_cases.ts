/**
 * Tests of one kind's rule as a table: each row names a fixture and what its record must say. What a
 * row does not mention is not looked at.
 */
import { assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import type { KindRule } from "../../src/kinds/rule.ts";
import type { Requirement } from "../../src/model/label_selector.ts";
import type { ResourceRecord } from "../../src/model/record.ts";
import type { Reference, SelectorReference } from "../../src/model/reference.ts";

export interface Expected extends Partial<Pick<ResourceRecord, "status" | "message" | "idle" | "finished">> {
  readonly detail?: ResourceRecord["detail"];
  /** Such as `mounts -> PersistentVolumeClaim shop/data`. */
  readonly references?: readonly string[];
  /** Such as `selects -> Pod: app In web`. */
  readonly selectors?: readonly string[];
}

/** A function that registers a row. */
export function kindCases(rule: KindRule): (state: string, expected: Expected) => void {
  return (state, expected) => {
    const fields = Object.keys(expected) as (keyof Expected)[];
    Deno.test(`${rule.kind}, ${state.replaceAll("_", " ")}: ${fields.join(", ")}`, async () => {
      const record = makeRecord(rule, await fixture(rule.kind, state));
      const seen = {
        ...record,
        references: record.references.map(describeReference),
        selectors: record.selectors.map(describeSelector),
      };
      assertEquals(Object.fromEntries<unknown>(fields.map((field) => [field, seen[field]])), { ...expected });
    });
  };
}

/** The object of `tests/fixtures/<kind>/<state>.json`. */
// deno-lint-ignore no-explicit-any -- a test changes what it likes in it
export async function fixture(kind: string, state: string): Promise<any> {
  const url = new URL(`../fixtures/${folderOf(kind)}/${state}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(url));
}

/** The names of a kind's fixtures. */
export async function fixtureStates(kind: string): Promise<string[]> {
  const states: string[] = [];
  for await (const { name } of Deno.readDir(new URL(`../fixtures/${folderOf(kind)}/`, import.meta.url))) {
    states.push(name.replace(/\.json$/, ""));
  }
  return states.sort();
}

export function describeReference(reference: Reference): string {
  const { type, kind, namespace, name, uid, reversed, optional } = reference;
  const called = kind ? `${kind.kind} ${namespace && `${namespace}/`}${name}` : "an untracked kind";
  const target = [`${type} ${reversed ? "<-" : "->"} ${called}`];
  if (uid) target.push(`uid ${uid}`);
  if (optional) target.push("optional");
  return target.join(", ");
}

function describeSelector({ type, kind, selector, required }: SelectorReference): string {
  return `${type} -> ${kind.kind}: ${selector.map(describeRequirement).join("; ")}${
    required ? ", required" : ""
  }`;
}

function describeRequirement({ key, operator, values }: Requirement): string {
  return [key, operator, ...values].join(" ");
}

function folderOf(kind: string): string {
  return kind.replace(/(?<=[a-z])[A-Z]|(?<=.)[A-Z](?=[a-z])/g, "_$&").toLowerCase();
}
