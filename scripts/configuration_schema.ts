/** Writes docs/configuration.schema.json, the JSON schema of the configuration file for editors. */
import { toJsonSchema } from "@valibot/to-json-schema";
import { ConfigurationForm } from "../src/kinds/custom/configuration_schema.ts";

export const SCHEMA_FILE = "docs/configuration.schema.json";

/** Returns the text of the schema. */
export function configurationSchema(): string {
  const schema = { title: "Configuration of Astrolabe", ...toJsonSchema(ConfigurationForm) };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

if (import.meta.main) await Deno.writeTextFile(SCHEMA_FILE, configurationSchema());
