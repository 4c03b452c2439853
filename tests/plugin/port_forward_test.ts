/** How the plugin finds Astrolabe in a cluster, with a kubectl that a test writes. */
import { assertEquals, assertRejects } from "@std/assert";
import { PluginError } from "../../src/plugin/plugin_error.ts";
import { forwardedServer } from "../../src/plugin/port_forward.ts";
import { ask } from "../../src/plugin/server.ts";

const FLAGS = { kubeconfig: undefined, context: "test", token: "secret" };

/** Runs with this script as kubectl. */
async function withKubectl(script: string, run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = Deno.env.get("PATH") ?? "";
  await Deno.writeTextFile(`${folder}/kubectl`, `#!/bin/sh\necho "$@" >> ${folder}/calls\n${script}`, {
    mode: 0o755,
  });
  Deno.env.set("PATH", `${folder}:${path}`);
  try {
    await run(folder);
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(folder, { recursive: true });
  }
}

function services(...names: string[]): string {
  const items = names.map((name) => ({
    metadata: { namespace: "tools", name },
    spec: { ports: [{ name: "metrics", port: 9090 }, { name: "http", port: 80 }] },
  }));
  return `echo '${JSON.stringify({ items })}'`;
}

Deno.test("forwardedServer() forwards a port to the Service of Astrolabe", async () => {
  let authorization: string | null = null;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    authorization = request.headers.get("authorization");
    return Response.json(new URL(request.url).pathname);
  });
  const forward = `echo 'Forwarding from 127.0.0.1:${server.addr.port} -> 8080'; exec sleep 60`;
  const script = `case "$*" in *port-forward*) ${forward};; *) ${
    services("astrolabe", "astrolabe-redis")
  };; esac`;
  await withKubectl(script, async (folder) => {
    const forwarded = await forwardedServer(FLAGS);
    assertEquals(await ask(forwarded, "/api/v1/kinds"), "/api/v1/kinds");
    assertEquals([forwarded.name, authorization], ["tools/astrolabe", "Bearer secret"]);
    await forwarded.close();
    assertEquals((await Deno.readTextFile(`${folder}/calls`)).trim().split("\n"), [
      "--context=test get services --all-namespaces --selector=app.kubernetes.io/name=astrolabe --output=json",
      "--context=test port-forward --namespace tools service/astrolabe :80",
    ]);
  });
});

const FAILURES: readonly (readonly [what: string, script: string, message: string])[] = [
  ["there is no such Service", services(), "there is no Service with the label"],
  ["there are several", services("a", "b"), "several Services could be Astrolabe: tools/a, tools/b"],
  [
    "kubectl fails",
    "echo 'no configuration has been provided' >&2; exit 1",
    "no configuration has been provided",
  ],
  [
    "no port can be forwarded",
    `case "$*" in *port-forward*) echo 'error: pod is pending' >&2; exit 1;; *) ${services("a")};; esac`,
    "cannot forward a port to Astrolabe: error: pod is pending",
  ],
];
for (const [what, script, message] of FAILURES) {
  Deno.test(`forwardedServer() says so if ${what}`, () =>
    withKubectl(
      script,
      async () => void await assertRejects(() => forwardedServer(FLAGS), PluginError, message),
    ));
}

Deno.test("forwardedServer() says so if kubectl is missing", async () => {
  const path = Deno.env.get("PATH") ?? "";
  Deno.env.set("PATH", "/nonexistent");
  try {
    await assertRejects(() => forwardedServer(FLAGS), PluginError, "kubectl is not on the PATH");
  } finally {
    Deno.env.set("PATH", path);
  }
});
