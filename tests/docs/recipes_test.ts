/** The recipes of the README, on the answers of the sample cluster. */
import { assert, assertEquals } from "@std/assert";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Api, NOW } from "../http/api.ts";
import { jq, jqAvailable } from "../support/jq.ts";
import { commands, readPage } from "../support/markdown.ts";
import { parseCurl } from "./curl.ts";

const api = new Api(sampleCluster({ objects: 2_000, now: NOW }));
const recipes = commands(readPage("README.md")).filter((command) => command.includes("| jq "));
const skipped = jqAvailable ? "" : " (skipped: jq is not installed)";

recipe(
  "the causes of problems, names each cause and what it affects, the worst first",
  "causes",
  async (lines) => {
    const causes: Cause[] = (await api.get("/api/v1/causes")).filter(isError);
    assert(causes.length > 1);
    const expected = causes.flatMap(({ cause: { kind, namespace, name }, message, affected }) => [
      `${[kind, namespace, name].join(" ")}: ${message}`,
      ...affected.map((it) => `  ${it.kind} ${it.name}`),
    ]);
    assertEquals(lines, expected);
    assert(lines.some((line) => line.startsWith("ConfigMap partners mailer-features: ")), lines.join("\n"));
  },
);

recipe("the releases with errors, has those and no others, most errors first", "releases", async (lines) => {
  const releases: Release[] = await api.get("/api/v1/releases?detail=true");
  const failing = releases.filter(({ counts }) => counts.errors > 0);
  assert(failing.length > 1);
  assertEquals(
    lines.toSorted(),
    failing.map(({ namespace, name, counts }) => `${namespace}/${name}: ${counts.errors}`).toSorted(),
  );
  const counts = lines.map((line) => Number(line.split(": ")[1]));
  assertEquals(counts, counts.toSorted((a, b) => b - a));
});

recipe("who uses a Secret, has every resource with a relation to it", "resources", async (lines) => {
  const { nodes, edges } = await api.get("/api/v1/graph?namespace=partners");
  const secret = nodes.find(({ kind, name }: Node) => kind === "Secret" && name === "mailer-credentials");
  const users = edges.filter(({ to }: { to: string }) => to === secret.uid).map((
    { from }: { from: string },
  ) => nodes.find(({ uid }: Node) => uid === from));
  assert(users.length > 1);
  assertEquals(
    lines.toSorted(),
    users.map(({ kind, name, status }: Node) => `${kind} ${name}: ${status}`).toSorted(),
  );
});

Deno.test("README, has a test for every recipe", () => {
  assertEquals(recipes.map((command) => parseCurl(command).path.split(/[/?]/)[3]), [
    "causes",
    "releases",
    "resources",
  ]);
});

interface Cause {
  readonly severity: string;
  readonly message: string;
  readonly cause: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly affected: readonly { readonly kind: string; readonly name: string }[];
}

function isError({ severity }: Cause): boolean {
  return severity === "error";
}

interface Release {
  readonly namespace: string;
  readonly name: string;
  readonly counts: { readonly errors: number };
}

interface Node {
  readonly uid: string;
  readonly kind: string;
  readonly name: string;
  readonly status: string;
}

/** Runs the recipe for the path, and passes its lines to the check. */
function recipe(name: string, path: string, check: (lines: string[]) => Promise<void>): void {
  Deno.test(`README's recipe for ${name}${skipped}`, { ignore: !jqAvailable }, async () => {
    const command = recipes.find((it) => parseCurl(it).path.startsWith(`/api/v1/${path}`)) ?? "";
    const [, filter = ""] = /\| jq -r '(.*)'$/s.exec(command) ?? [];
    const answer = await (await api.request(parseCurl(command).path)).text();
    await check((await jq(filter, answer, { raw: true })).trimEnd().split("\n"));
  });
}
