/** Writes the table of values in the chart's README.md, and its values.schema.json, from values.yaml. */
import { readValues, schemaOf, tableOf } from "./chart_values.ts";

const CHART = "deploy/helm/astrolabe";
const START = "<!-- values -->";
const END = "<!-- end of values -->";

const values = readValues(await Deno.readTextFile(`${CHART}/values.yaml`));
const readme = await Deno.readTextFile(`${CHART}/README.md`);
const [before = "", rest = ""] = readme.split(START);
const [, after = ""] = rest.split(END);
const files = [`${CHART}/README.md`, `${CHART}/values.schema.json`] as const;
await Deno.writeTextFile(files[0], `${before}${START}\n\n${tableOf(values)}\n\n${END}${after}`);
await Deno.writeTextFile(files[1], JSON.stringify(schemaOf(values)));
const { code } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", ...files] }).spawn()
  .status;
Deno.exit(code);
