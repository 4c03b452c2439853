import { assertEquals } from "@std/assert";
import { checkConfig } from "../src/check_config.ts";

/** What a cluster answers, by path. */
type Answers = Readonly<Record<string, unknown>>;

async function check(
  text: string,
  answers?: Answers,
): Promise<{ code: number; output: string[]; errors: string[] }> {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  const output: string[] = [];
  const errors: string[] = [];
  const respond = ({ url }: Request) => {
    const { pathname, search } = new URL(url);
    const answer = answers?.[pathname + search];
    return Promise.resolve(answer === undefined ? new Response("", { status: 404 }) : Response.json(answer));
  };
  try {
    await Deno.writeTextFile(file, text);
    const code = await checkConfig(file, {
      write: (line) => output.push(line.replace(file, "FILE")),
      error: (line) => errors.push(line.replace(file, "FILE")),
      answer: answers && (() => Promise.resolve(respond)),
    });
    return { code, output, errors };
  } finally {
    await Deno.remove(file);
  }
}

/** Returns a configuration with one entry, for Widget. */
function widget(entry: object): string {
  return JSON.stringify({ kinds: [{ apiVersion: "example.com/v1", kind: "Widget", ...entry }] });
}

const SERVICE = { kind: "Service", name: "spec.a" };

for (
  const [reference, sentence] of [
    [{ to: SERVICE }, "A Widget has the relation feeds to the Service that spec.a names."],
    [
      { to: { ...SERVICE, namespace: "spec.b" }, optional: true },
      "A Widget has the relation feeds to the Service that spec.a names in the namespace that spec.b names, or else " +
      "in its own. A missing one is not a problem.",
    ],
    [
      { to: { ...SERVICE, apiVersion: "example.com/v1", kindPath: "spec.kind", groupPath: "spec.group" } },
      "A Widget has the relation feeds to the resource of the kind in spec.kind and spec.group (default: Service of " +
      "example.com) that spec.a names.",
    ],
    [
      { to: { name: "spec.a", apiVersion: "example.com/v1", kindPath: "spec.kind" } },
      "A Widget has the relation feeds to the resource of the kind in spec.kind, of example.com by default that " +
      "spec.a names.",
    ],
    [
      { to: { kind: "Service", selector: "spec.s" }, when: { path: "spec.b", equals: 5 } },
      "A Widget has the relation feeds to every Service that the selector in spec.s selects in its own namespace, " +
      "where spec.b is 5.",
    ],
    [
      {
        to: { kind: "Service", selector: "spec.s", namespace: "spec.n[*]" },
        when: { path: "spec.b", empty: false },
      },
      "A Widget has the relation feeds to every Service that the selector in spec.s selects in the namespaces that " +
      "spec.n[*] lists, or else in its own, where spec.b is not empty.",
    ],
  ] as const
) {
  Deno.test(`checkConfig() explains: ${sentence}`, async () => {
    const { code, output } = await check(widget({ references: [{ type: "feeds", ...reference }] }));
    assertEquals([code, output], [0, [
      "FILE: 1 kind, no mistakes",
      "",
      "Widget of example.com",
      `  ${sentence}`,
    ]]);
  });
}

Deno.test("checkConfig() explains a status by conditions and by values", async () => {
  const explain = async (status: object) => (await check(widget({ status }))).output.at(-1);
  assertEquals(
    await explain({ ready: ["Ready"], failed: ["Ready=False", "Broken"] }),
    "  Its status is Error if Ready is False or Broken is True; Pending if Ready is not True; otherwise Ready.",
  );
  assertEquals(
    await explain({ path: "status.state", ready: ["Up", "Idle"] }),
    "  Its status is Ready if status.state is Up or Idle; Unknown for another value; by the usual conventions without one.",
  );
});

Deno.test("checkConfig() names every mistake with its line, and fails", async () => {
  assertEquals(await check("kinds:\n  - kind: Widget\n    refs: []\n"), {
    code: 1,
    output: [],
    errors: ["FILE:2: kinds[0].apiVersion: is missing", "FILE:3: kinds[0].refs: is not a known key"],
  });
});

Deno.test("checkConfig() fails if the file cannot be read", async () => {
  const errors: string[] = [];
  const code = await checkConfig("/no/such/file", { write: () => {}, error: (line) => errors.push(line) });
  assertEquals(code, 1);
  assertEquals(errors.length, 1);
});

const KINDS = "/api/v1/kinds";
const LIST = "/api/v1/resources?kind=Widget.example.com&limit=100";
const served = (state: string, count: number, error?: string) => [
  { group: "example.org", kind: "Widget", state: "synced", count: 9 },
  { group: "example.com", kind: "Widget", state, count, error },
];

for (
  const [what, answers, lines] of [
    ["no such kind", { [KINDS]: [] }, ["The API server has no such kind now: the rule waits for it"]],
    ["a forbidden kind", { [KINDS]: served("forbidden", 0, "widgets is forbidden") }, [
      "The kind is forbidden: widgets is forbidden",
    ]],
    ["no resources", { [KINDS]: served("synced", 0), [LIST]: [] }, [
      "0 resources now.",
      "feeds: 0 relations",
    ]],
    [
      "relations and missing targets",
      {
        [KINDS]: served("synced", 1_200),
        [LIST]: [{ uid: "a", status: "Ready" }, { uid: "b", status: "Error" }, { uid: "c", status: "Ready" }],
        "/api/v1/resources/a": {
          relations: { out: [{ type: "feeds" }, { type: "owns" }] },
          unresolvedReferences: [],
        },
        "/api/v1/resources/b": {
          relations: { out: [{ type: "feeds" }] },
          unresolvedReferences: ["x", "y"].map((name) => ({
            type: "feeds",
            kind: "Service",
            namespace: "n",
            name,
          })),
        },
        "/api/v1/resources/c": {
          relations: { out: [] },
          unresolvedReferences: ["v", "w"].map((name) => ({
            type: "feeds",
            kind: "Node",
            namespace: "",
            name,
          })),
        },
      },
      [
        "1,200 resources now. The first 3: 2 Ready, 1 Error",
        "feeds: 2 relations, 4 missing targets: Service n/x, Service n/y, Node v, …",
      ],
    ],
  ] as const
) {
  Deno.test(`checkConfig() tells what a cluster has: ${what}`, async () => {
    const { code, output } = await check(widget({ references: [{ type: "feeds", to: SERVICE }] }), answers);
    assertEquals(code, 0);
    assertEquals(output.filter((line) => line.startsWith("  - ")).map((line) => line.slice(4)), [...lines]);
  });
}

Deno.test("checkConfig() fails if the cluster cannot be read", async () => {
  const file = await Deno.makeTempFile();
  const errors: string[] = [];
  await Deno.writeTextFile(file, widget({}));
  const answer = () => Promise.reject(new Error("connection refused"));
  const code = await checkConfig(file, { write: () => {}, error: (line) => errors.push(line), answer });
  await Deno.remove(file);
  assertEquals([code, errors], [1, ["The cluster cannot be read: connection refused"]]);
});
