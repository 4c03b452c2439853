/** The configuration page describes every option of the program, and no other. */
import { assertEquals } from "@std/assert";
import { COMMANDS, type Option, OPTIONS } from "../../src/cli/options.ts";
import { codeSpans, readPage, tableRows } from "../support/markdown.ts";

const page = readPage("docs/configuration.md");
const rows = tableRows(page).filter((cells) => cells.length === 4);
const options = Object.entries<Option<unknown>>(OPTIONS);

/** Returns the expected row: flag, variable, default, then the facts within the explanation. */
function expectedRow([name, option]: [string, Option<unknown>]): string {
  const { value, environment, default: fallback, otherwise, repeatable, only } = option;
  return describeRow({
    flag: value ? `--${name} ${value}` : `--${name}`,
    variable: environment ?? "",
    fallback: fallback ?? otherwise ?? "",
    repeatable: repeatable ?? false,
    only: only?.join(" ") ?? "",
  });
}

function writtenRow([flag = "", variable = "", fallback = "", explanation = ""]: string[]): string {
  return describeRow({
    flag: codeSpans(flag)[0] ?? "",
    variable: codeSpans(variable)[0] ?? "",
    fallback: codeSpans(fallback)[0] ?? fallback,
    repeatable: explanation.includes("repeatable"),
    only: codeSpans(/(`[\w-]+`(?: and `[\w-]+`)*) only/.exec(explanation)?.[1] ?? "").join(" "),
  });
}

interface Row {
  readonly flag: string;
  readonly variable: string;
  readonly fallback: string;
  readonly repeatable: boolean;
  readonly only: string;
}

function describeRow({ flag, variable, fallback, repeatable, only }: Row): string {
  return `${flag} | ${variable} | ${fallback}${repeatable ? " | repeatable" : ""}${
    only && ` | ${only} only`
  }`;
}

Deno.test("Configuration page, has every option once, with its variable, default and command", () => {
  const written = rows.filter(([flag]) => flag !== "").map(writtenRow);
  assertEquals(written.toSorted(), options.map(expectedRow).toSorted());
});

Deno.test("Configuration page, names two variables beyond those of the options", () => {
  const variables = rows.filter(([flag]) => flag === "").map(([, variable = ""]) => codeSpans(variable)[0]);
  assertEquals(variables, ["REDIS_PASSWORD_FILE", "REDIS_SENTINEL_PASSWORD_FILE"]);
});

Deno.test("Configuration page, has the commands", () => {
  const commands = tableRows(page).filter((cells) => cells.length === 2).map(([command = ""]) =>
    codeSpans(command)[0]
  );
  assertEquals(commands, COMMANDS.map((command) => `astrolabe ${command}`));
});
