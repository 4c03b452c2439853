import { assertEquals, assertThrows } from "@std/assert";
import { matchesFields, parseFieldSelector } from "../../src/simulator/field_selector.ts";
import { store } from "../../src/simulator/stored_object.ts";
import { aPod } from "./client.ts";

const objects = [["a", "x"], ["b", "x"], ["a", "y"], ["a,b=c\\d", "y"]].map(([name = "", namespace = ""]) =>
  store(aPod(name, {}, namespace), 1)
);

function selected(selector: string): string[] {
  const fields = parseFieldSelector(selector);
  return objects.filter((object) => matchesFields(fields, object)).map(({ namespace, name }) =>
    `${namespace}/${name}`
  );
}

const cases: Record<string, string[]> = {
  "": ["x/a", "x/b", "y/a", "y/a,b=c\\d"],
  ",": ["x/a", "x/b", "y/a", "y/a,b=c\\d"],
  "metadata.name=a": ["x/a", "y/a"],
  "metadata.name==a": ["x/a", "y/a"],
  "metadata.name!=a": ["x/b", "y/a,b=c\\d"],
  "metadata.namespace=x": ["x/a", "x/b"],
  "metadata.namespace!=x": ["y/a", "y/a,b=c\\d"],
  "metadata.name=a,metadata.namespace=y": ["y/a"],
  "metadata.name=a,metadata.name=b": [],
  "metadata.name=": [],
  "metadata.name=a\\,b\\=c\\\\d": ["y/a,b=c\\d"],
};

for (const [selector, expected] of Object.entries(cases)) {
  Deno.test(`matchesFields() by ${JSON.stringify(selector)}`, () =>
    assertEquals(selected(selector), expected));
}

for (
  const selector of [
    "metadata.name",
    "metadata.name>a",
    "metadata.uid=a",
    "spec.nodeName=a",
    "=a",
    "metadata.name=a=b",
  ]
) {
  Deno.test(`parseFieldSelector() refuses ${selector}`, () => {
    assertThrows(() => parseFieldSelector(selector), SyntaxError);
  });
}
