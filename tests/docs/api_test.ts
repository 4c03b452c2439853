/** The API page: its examples are real answers, and it has every path and parameter. */
import { assert, assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { kinds } from "../../src/kinds/registry.ts";
import { KIND_STATES } from "../../src/model/kind_status.ts";
import { RELATION_TYPES } from "../../src/model/relation.ts";
import { PROBLEM_TYPES } from "../../src/graph/queries/problem.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Api, NOW } from "../http/api.ts";
import { fixture, fixtureStates } from "../kinds/kind_cases.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { codeBlocks, codeSpans, readPage, section, tableRows } from "../support/markdown.ts";
import { type Curl, parseCurl } from "./curl.ts";
import { mismatches } from "./mismatches.ts";

const page = readPage("docs/api.md");
const demo = () => new Api(sampleCluster({ objects: 2_000, now: NOW }));

interface Example {
  readonly curl: Curl;
  readonly language: string;
  readonly answer: string;
}

function examples(): Example[] {
  const blocks = codeBlocks(page);
  return blocks.flatMap((block, at) => {
    if (block.language !== "sh") return [];
    const { language = "", text = "" } = blocks[at + 1] ?? {};
    return [{ curl: parseCurl(block.text.trim()), language, answer: text.trim() }];
  });
}

for (const { curl: { path, init, showsHead }, language, answer } of examples()) {
  Deno.test(`API page, the example of ${path} is what the demo's cluster answers`, async () => {
    const response = await demo().request(path, init);
    const text = await response.text();
    if (showsHead) assertHead(response, answer);
    else if (language === "json") assertEquals(mismatches(JSON.parse(text), JSON.parse(answer)), []);
    else assertEquals(text, answer);
  });
}

Deno.test("API page, the demo itself answers every example", async () => {
  const astrolabe = await Astrolabe.start("demo");
  try {
    await astrolabe.ready();
    const statuses = [];
    for (const { curl: { path, init } } of examples()) {
      const response = await astrolabe.fetch(path, init);
      await response.body?.cancel();
      statuses.push(`${path} ${response.status < 500}`);
    }
    assertEquals(statuses, examples().map(({ curl }) => `${curl.path} true`));
  } finally {
    await astrolabe.stop();
  }
});

Deno.test("API page, has every path but that of the description with its parameters", async () => {
  const { paths } = await demo().get("/openapi.json");
  const described = Object.entries<{ get: { parameters: { name: string; in: string }[] } }>(paths)
    .map(([path, { get }]) => [path, get.parameters.filter((it) => it.in === "query").map((it) => it.name)])
    .filter(([path]) => path !== "/openapi.json");
  assertEquals(Object.fromEntries(described), writtenPaths());
});

Deno.test("API page, has the types of problems", () => {
  assertEquals(firstCells("## Problems"), [...PROBLEM_TYPES]);
});

Deno.test("API page, has the types of relations", () => {
  assertEquals(firstCells("### Relations"), [...RELATION_TYPES]);
});

Deno.test("API page, names kinds that are tracked where it explains their status", () => {
  const tracked = new Set(kinds.map(({ kind }) => kind));
  assertEquals(kindsOfStatuses().filter((kind) => !tracked.has(kind)), []);
});

Deno.test("API page, leaves out of the statuses only kinds that are always ready", async () => {
  const explained = new Set(kindsOfStatuses());
  const wrong = [];
  for (const rule of kinds.filter(({ kind }) => !explained.has(kind))) {
    for (const state of await fixtureStates(rule.kind)) {
      const { status, message } = makeRecord(rule, await fixture(rule.kind, state));
      if (status === "Error" || (status === "Pending" && message !== "Terminating")) wrong.push(rule.kind);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("API page, has the states of kinds", () => {
  assertEquals(firstCells("## Namespaces and kinds"), [...KIND_STATES]);
});

/** The kinds whose status the page explains. A row can explain several. */
function kindsOfStatuses(): string[] {
  return tableRows(section(page, "### Status")).flatMap(([first = ""]) => codeSpans(first));
}

function assertHead(response: Response, answer: string): void {
  const [status = "", ...headers] = answer.split("\n");
  assertEquals(`${response.status}`, status.split(" ")[1]);
  for (const header of headers) {
    const [, name = "", value = ""] = /^([^:]+): (.*)$/.exec(header) ?? [];
    const actual = response.headers.get(name);
    assert(actual !== null && (value === "…" || actual === value), `${name} is ${actual}, not ${value}`);
  }
}

/**
 * Returns the paths of the page with their parameters. A table of parameters belongs to the paths in the
 * paragraphs directly before it, back to the previous table or heading.
 */
function writtenPaths(): Record<string, string[]> {
  const filters = firstCells("## Filters");
  const written: Record<string, string[]> = {};
  let current: string[] = [];
  for (const paragraph of page.replaceAll(/^```.*?^```$/gms, "").split(/\n\n+/)) {
    if (paragraph.startsWith("| parameter")) {
      for (const path of current) written[path]?.push(...tableRows(paragraph).map(nameOf));
      current = [];
      continue;
    }
    const paths = [...paragraph.matchAll(/`GET (\S+)`/g)].map(([, path = ""]) => path);
    if (paths.length === 0) continue;
    current = paths;
    for (const path of paths) written[path] = paragraph.includes("[filters](#filters)") ? [...filters] : [];
  }
  return written;
}

function firstCells(heading: string): string[] {
  return tableRows(section(page, heading)).map(nameOf);
}

function nameOf([cell = ""]: string[]): string {
  return codeSpans(cell)[0] ?? "";
}
