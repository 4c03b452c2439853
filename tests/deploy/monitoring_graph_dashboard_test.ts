/** The dashboard of a release's graph: its queries fit the answers of the API and the Node Graph panel. */
import { assert, assertEquals } from "@std/assert";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Api, NOW } from "../http/api.ts";
import { jq, jqAvailable } from "../support/jq.ts";
import { codeBlocks, readPage } from "../support/markdown.ts";

interface Query {
  readonly refId: string;
  readonly format: string;
  readonly url: string;
  readonly root_selector: string;
  readonly columns: readonly { readonly selector: string; readonly text: string }[];
}

type Row = Readonly<Record<string, string>>;

const RELEASE = "partners/mailer";
const dashboard = JSON.parse(
  Deno.readTextFileSync("deploy/helm/astrolabe/files/monitoring/graph_dashboard.json"),
);
const queries = new Map<string, Query>(
  [
    ...dashboard.panels.flatMap(({ targets }: { targets: Query[] }) => targets),
    ...dashboard.templating.list.flatMap((it: { query: { infinityQuery?: Query } }) =>
      it.query.infinityQuery ?? []
    ),
  ].map((query: Query) => [query.refId, query]),
);
const api = new Api(sampleCluster({ objects: 2_000, now: NOW }));
const skipped = jqAvailable ? "" : " (skipped: jq is not installed)";

check("lists every release by namespace and name, the sample release among them", async () => {
  const releases = (await rows("variable")).map((row) => row["__value"] ?? "");
  assert(releases.includes(RELEASE));
  assertEquals(new Set(releases).size, releases.length);
});

check("has a node for every resource of the release", async () => {
  const { nodes } = await api.get(`/api/v1/graph?release=${RELEASE}`);
  const shown = await rows("nodes");
  assertEquals(shown.map(({ id }) => id), nodes.map(({ uid }: { uid: string }) => uid));
  assertEquals(new Set(shown.map((row) => row["color"])), new Set(["green", "orange", "red"]));
});

check("has an edge for every relation of the release, between nodes that it has", async () => {
  const { edges } = await api.get(`/api/v1/graph?release=${RELEASE}`);
  const ids = new Set((await rows("nodes")).map(({ id }) => id));
  const shown = await rows("edges");
  assertEquals(shown.length, edges.length);
  assertEquals(shown.filter(({ source, target }) => !ids.has(source) || !ids.has(target)), []);
});

check("gives two relations between the same resources different ids", async () => {
  const twice =
    `{"edges":[{"type":"uses-secret","from":"a","to":"b"},{"type":"mounts","from":"a","to":"b"}]}`;
  const ids = (await evaluate("edges", twice)).map(({ id }) => id);
  assertEquals(new Set(ids).size, 2);
});

check("lists the problems of the release", async () => {
  const problems = await api.get(`/api/v1/problems?release=${RELEASE}`);
  assertEquals((await rows("problems")).map((row) => row["message"]), problems.map(messageOf));
});

Deno.test("Graph dashboard, has the two formats that a Node Graph panel takes", () => {
  assertEquals(queries.get("nodes")?.format, "node-graph-nodes");
  assertEquals(queries.get("edges")?.format, "node-graph-edges");
});

Deno.test("Graph dashboard, has the selectors that the Grafana page shows", () => {
  const shown = codeBlocks(readPage("docs/grafana.md")).filter(({ language }) => language === "jq");
  assertEquals(
    shown.map(({ text }) => text.trim()),
    [queries.get("nodes")?.root_selector, queries.get("edges")?.root_selector],
  );
});

function check(behaviour: string, body: () => Promise<void>): void {
  Deno.test(`Graph dashboard, ${behaviour}${skipped}`, { ignore: !jqAvailable }, body);
}

/** Asks the API as the query does, and returns its rows. */
async function rows(refId: string): Promise<Row[]> {
  const path = queryOf(refId).url.replace("${release:percentencode}", encodeURIComponent(RELEASE));
  const response = await api.request(path);
  assertEquals(response.status, 200, path);
  return await evaluate(refId, await response.text());
}

/** Returns the rows that the query makes of an answer; each of them has every column as a string. */
async function evaluate(refId: string, answer: string): Promise<Row[]> {
  const { root_selector, columns } = queryOf(refId);
  const lines = (await jq(root_selector, answer)).trim().split("\n");
  return lines.map((line) => {
    const row = JSON.parse(line);
    for (const { selector, text } of columns) {
      assertEquals(selector, text);
      assertEquals(typeof row[selector], "string", `${refId}: ${selector} of ${line}`);
    }
    return row;
  });
}

function queryOf(refId: string): Query {
  const query = queries.get(refId);
  if (!query) throw new Error(`the dashboard has no query ${refId}`);
  return query;
}

function messageOf({ message }: { message: string }): string {
  return message;
}
