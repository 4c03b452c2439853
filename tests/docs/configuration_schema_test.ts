import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load } from "js-yaml";
import { configurationSchema, SCHEMA_FILE } from "../../scripts/configuration_schema.ts";
import { readConfiguration } from "../../src/kinds/custom/configuration.ts";
import { SHIPPED } from "../../src/kinds/custom/shipped.ts";

const schema = JSON.parse(Deno.readTextFileSync(SCHEMA_FILE));
const validate = new Ajv2020().compile({ ...schema, $schema: undefined });

Deno.test("JSON schema of the configuration, is what scripts/configuration_schema.ts makes", () => {
  assertEquals(schema, JSON.parse(configurationSchema()));
});

for (const [project, { text }] of Object.entries(SHIPPED)) {
  Deno.test(`JSON schema of the configuration, accepts the rules of ${project}`, () => {
    assert(validate(load(text)), JSON.stringify(validate.errors));
  });
}

const REFERENCE = { type: "feeds", to: { kind: "Service", name: "spec.a" } };

for (
  const [what, entry, isRight] of [
    ["a reference", { references: [REFERENCE] }, true],
    ["a condition", { references: [{ ...REFERENCE, when: { path: "spec.b", equals: true } }] }, true],
    ["an unknown key", { refrences: [] }, false],
    ["a bad path", { references: [{ ...REFERENCE, to: { kind: "Service", name: "spec." } }] }, false],
    ["a type with a capital", { references: [{ ...REFERENCE, type: "Feeds" }] }, false],
    ["a type that is a number", { references: [{ ...REFERENCE, type: 5 }] }, false],
    ["an empty list", { status: { ready: [] } }, false],
    ["a target that is a text", { references: [{ type: "feeds", to: "spec.a" }] }, false],
  ] as const
) {
  Deno.test(`JSON schema of the configuration, agrees with the parser about ${what}`, () => {
    const configuration = { kinds: [{ apiVersion: "example.com/v1", kind: "Widget", ...entry }] };
    const parses = () => {
      try {
        return readConfiguration(JSON.stringify(configuration), { isNamed: true }).length === 1;
      } catch {
        return false;
      }
    };
    assertEquals([validate(configuration), parses()], [isRight, isRight]);
  });
}
