import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runPlugin } from "../../src/plugin/plugin.ts";
import { object } from "../http/objects.ts";
import { OBJECTS, run } from "./run.ts";

/** What each command line prints, and its exit code where it is not 0. */
const CASES: readonly (readonly [args: string, lines: string, code?: number])[] = [
  [
    "problems -n n",
    `
SEVERITY   CAUSE                MESSAGE                                PODS   SINCE
error      ConfigMap/settings   ConfigMap n/settings does not exist    1      AGE`,
  ],
  ["problems -n other", "\nNo problems found in namespace other."],
  ["problems -n n -o name", "\nconfigmap/settings"],
  ["problems -n n -o name --fail-on error", "\nconfigmap/settings", 1],
  ["problems -n other --fail-on warning", "\nNo problems found in namespace other."],
  [
    "who-uses secret/token -n n",
    `
USED BY            RELATION      VIA       STATUS
Deployment/api     uses-secret   envFrom   Ready
Deployment/web     uses-secret   envFrom   Pending
Pod/api-1-0        uses-secret   envFrom   Ready
Pod/web-1-0        uses-secret   envFrom   Error
ReplicaSet/api-1   uses-secret   envFrom   Ready
ReplicaSet/web-1   uses-secret   envFrom   Pending`,
  ],
  [
    "who-uses sa default -n n -o name",
    "\ndeployment/api\ndeployment/web\npod/api-1-0\npod/web-1-0\nreplicaset/api-1\nreplicaset/web-1",
  ],
  ["who-uses cm/nothing -n n", "\nNothing refers to ConfigMap/nothing."],
  [
    "tree deploy/web -n n",
    `
Deployment/web  Pending  0 of 1 replicas are ready
└─ReplicaSet/web-1  Pending  0 of 1 replicas are ready
  └─Pod/web-1-0  Error  Container app: CreateContainerConfigError`,
  ],
  [
    "tree --up po web-1-0 -n n",
    `
Pod/web-1-0  Error  Container app: CreateContainerConfigError
└─ReplicaSet/web-1  Pending  0 of 1 replicas are ready
  └─Deployment/web  Pending  0 of 1 replicas are ready`,
  ],
  [
    "why pods/web-1-0 -n n",
    `
n/shop
  Deployment/web  names the release itself  Pending
    ReplicaSet/web-1  it owns this  Pending
      Pod/web-1-0  it owns this  Error`,
  ],
  ["why po/api-1-0 -n n --release n/shop", "\nPod/api-1-0 is not in the release n/shop.", 1],
  ["releases -A -o name", "\nn/shop"],
];

for (const [args, lines, code = 0] of CASES) {
  Deno.test(`kubectl astrolabe ${args}`, async () => {
    const ran = await run(args);
    assertEquals(ran.errors, "");
    const printed = ran.output.trimEnd().split("\n").map((line) => line.replace(/ \d+[smhd]$/, " AGE"));
    const expected = lines.trim().split("\n");
    // Ages are as wide as they are.
    const words = (lines: string[]) => lines.map((line) => line.replaceAll(/ {2,}/g, "  ").trimEnd());
    assertEquals(words(printed), words(expected));
    assertEquals(ran.code, code);
  });
}

const FAILURES: readonly (readonly [args: string, message: string])[] = [
  ["nonsense", "unknown command"],
  ["problems --nonsense", "unknown flag: --nonsense"],
  ["problems -o xml", "--output must be one of wide, json"],
  ["problems -n", "--namespace needs a value"],
  ["problems --fail-on never", "--fail-on must be one of error, warning"],
  ["who-uses", "name the resource as KIND/NAME"],
  ["who-uses secret/", "name the resource as KIND/NAME"],
  ["who-uses secret/a b -n n", "unexpected argument"],
  ["who-uses nonsense/a -n n", 'does not know the kind "nonsense"'],
  ["who-uses secret/token -A", "-A does not name one resource"],
  ["tree deploy/nothing -n n", 'Deployment.apps "nothing" not found in namespace n'],
  ["why secret/token -n n", "has no release of its own"],
  ["release nothing -A", 'release "nothing" not found'],
  ["graph -n n -o wide", "--output of graph must be"],
  ["problems --server http://127.0.0.1:1", "--local and --server exclude each other"],
];
for (const [args, message] of FAILURES) {
  Deno.test(`kubectl astrolabe ${args}: fails with a reason`, async () => {
    const { code, output, errors } = await run(args);
    assertEquals([code, output], [1, ""]);
    assertStringIncludes(errors, message);
    assertEquals(errors.trimEnd().split("\n").length, 1);
  });
}

Deno.test("kubectl astrolabe impact: of a missing target says what is affected", async () => {
  const { output } = await run("impact cm/settings -n n");
  assertStringIncludes(output, "Without ConfigMap/settings, which is missing: 2 workloads, 1 pod.");
  assertStringIncludes(output, "broken   Pod/web-1-0");
});

Deno.test("kubectl astrolabe release: shows all that belongs to it", async () => {
  const { output } = await run("release shop -n n");
  for (const name of ["Deployment/web", "Pod/web-1-0", "Secret/token", "ServiceAccount/default"]) {
    assertStringIncludes(output, name);
  }
  assert(!output.includes("Deployment/api"));
});

Deno.test("kubectl astrolabe graph: quotes the names of the cluster", async () => {
  const hostile = object("Secret", 'n/a"]-->x\u001b[31m', { uid: "hostile" });
  const dot = await run("graph -n n -o dot", [hostile]);
  assertStringIncludes(dot.output, String.raw`[label="Secret\na\"]-->x [31m"`);
  const mermaid = await run("graph -n n -o mermaid", [hostile]);
  assertStringIncludes(mermaid.output, `n0["Secret<br>a#34;#93;--#62;x #91;31m"]`);
});

const HOSTILE = "\u001b]0;title\u0007\u202e";
const hostileObjects = [
  ...OBJECTS,
  object("ServiceAccount", `n/${HOSTILE}`, { secrets: [{ name: "token" }] }),
  object("Job", `n/${HOSTILE}`, { owner: "Deployment web" }),
];
for (const args of ["who-uses secret/token -n n", "impact secret/token -n n", "tree deploy/web -n n"]) {
  Deno.test(`kubectl astrolabe ${args}: prints no control characters of the cluster`, async () => {
    const { output } = await run(args, hostileObjects);
    assertStringIncludes(output, "]0;title");
    // deno-lint-ignore no-control-regex -- these are the characters that must not be there
    assert(!/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/.test(output));
  });
}

Deno.test("kubectl astrolabe: prints JSON and YAML for programs", async () => {
  const json = JSON.parse((await run("problems -n n -o json")).output);
  assertEquals(json[0].cause.name, "settings");
  assertStringIncludes((await run("kinds -o yaml")).output, "kind: Pod");
});

Deno.test("kubectl astrolabe: takes flags in all forms of kubectl", async () => {
  const expected = (await run("problems -n n")).output.replaceAll(/\d+[smhd]/g, "");
  for (const args of ["problems --namespace=n", "-nn problems", "problems -n=n", "--namespace n problems"]) {
    assertEquals((await run(args)).output.replaceAll(/\d+[smhd]/g, ""), expected, args);
  }
});

Deno.test("kubectl astrolabe: uses the namespace of the current context", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(
    path,
    "current-context: b\ncontexts:\n- {name: a, context: {}}\n- {name: b, context: {namespace: n}}\n",
  );
  try {
    const env = { KUBECONFIG: `/nonexistent:${path}` };
    assertEquals((await run("problems -o name", OBJECTS, { env })).output, "configmap/settings\n");
    const other = await run("problems -o name --context a", OBJECTS, { env });
    assertEquals(other.output, "");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("kubectl astrolabe watch: resumes after the last whole batch", async () => {
  const batches = [
    { rv: "1", deltas: [{ op: "scope_changed" }] },
    { rv: "2", partial: true, deltas: [] },
  ];
  const asked: (string | null)[] = [];
  const stop = new AbortController();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    asked.push(new URL(url).searchParams.get("rv"));
    if (asked.length === 2) stop.abort();
    return new Response(batches.map((batch) => `${JSON.stringify(batch)}\n`).join(""));
  });
  await runPlugin(["watch", "-A", "--server", `http://127.0.0.1:${server.addr.port}`], {
    output: { write() {}, isTerminal: false },
    error() {},
    env: () => undefined,
    signal: stop.signal,
    login: () => Promise.reject(new Error("no kubeconfig")),
    local: () => Promise.reject(new Error("not local")),
  });
  assertEquals(asked, [null, "1"]);
});

const COMPLETIONS: readonly (readonly [args: string, candidates: readonly string[]])[] = [
  ["pro", ["problems"]],
  ["who-uses replicas", ["replicaset.apps/"]],
  ["-n n tree deploy/w", ["deploy/web"]],
  ["-n n release s", ["shop"]],
  ["problems --fail", ["--fail-on"]],
  ["who-uses nonsense/", []],
];
for (const [args, candidates] of COMPLETIONS) {
  Deno.test(`kubectl completes ${args}`, async () => {
    const { output } = await run(args, OBJECTS, { completes: true });
    assertEquals(output.trim().split("\n").filter((line) => line !== ""), [...candidates, ":4"]);
  });
}
