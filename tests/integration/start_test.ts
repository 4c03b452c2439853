/**
 * Faults at the start of Astrolabe. It exits with one line that names the fault, or waits until it is gone.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { freePort } from "../support/free_port.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";

const folder = "/nonexistent/folder";

type Refused = [what: string, args: readonly string[], code: number, says: string];

/** Faults that end it before it serves: the arguments, the exit code, and the text of the line. */
const refused: readonly Refused[] = [
  ["an unknown flag", ["--kubeconfg=x"], 2, "unknown flag --kubeconfg; did you mean --kubeconfig?"],
  ["a bad port", ["--port=80a"], 2, '--port "80a": must be a whole number from 0 to 65535'],
  ["a label selector that does not parse", ["--label-selector=app in web"], 2, "in and notin take a set"],
  ["a kubeconfig that is not there", [`--kubeconfig=${folder}/config`], 1, `${folder}/config cannot be read`],
  ...["/dev/shm/config", "/proc/self/environ", "/sys/kernel/config"].map((path): Refused => [
    `a kubeconfig at ${path}`,
    [`--kubeconfig=${path}`],
    1,
    `kubeconfig ${path} cannot be read: files below /dev, /proc and /sys are out of reach for Astrolabe`,
  ]),
  [
    "a folder in place of a kubeconfig",
    ["--kubeconfig=src"],
    1,
    "kubeconfig src cannot be read: Is a directory",
  ],
  ["a bad value, even when only asked for the version", ["version", "--port=x"], 2, '--port "x": must be'],
  ["a service account that is not mounted", ["--in-cluster"], 1, "no service account is mounted"],
];

for (const [what, args, code, says] of refused) {
  Deno.test(`Start, refuses ${what} in one line`, async () => {
    const { code: found, output } = await Astrolabe.run(...args);
    assertStringIncludes(output, says);
    assertEquals([found, output.trimEnd().split("\n").length], [code, 1]);
  });
}

const broken: readonly [what: string, text: string, says: RegExp][] = [
  ["is no YAML", "clusters: [", /kubeconfig .* is broken: /],
  ["is empty", "", /the kubeconfig has no current context/],
  ["is a list", "[1, 2]", /kubeconfig .* is broken|no current context/],
  ["has holes", "{current-context: a, contexts: [{name: a}], clusters: null, users: [null]}", /kubeconfig/],
];

for (const [what, text, says] of broken) {
  Deno.test(`Start, refuses a kubeconfig that ${what} in one line`, () =>
    withFile(text, async (path) => {
      const { code, output } = await Astrolabe.run(`--kubeconfig=${path}`, "--port=0");
      assertMatch(output, says);
      assertEquals([code, output.trimEnd().split("\n").length], [1, 1]);
    }));
}

Deno.test("Start, lists the contexts if the given one is unknown", () =>
  withFile(kubeconfigOf("http://127.0.0.1:1"), async (path) => {
    const { code, output } = await Astrolabe.run(`--kubeconfig=${path}`, "--context=production");
    assertStringIncludes(output, 'unknown context "production": the kubeconfig has test');
    assertEquals(code, 1);
  }));

Deno.test("Start, reports that a port is in use, and which flag chooses another", () =>
  withFile(kubeconfigOf("http://127.0.0.1:1"), async (path) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const { code, output } = await Astrolabe.run(
      `--kubeconfig=${path}`,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
    );
    listener.close();
    assertStringIncludes(output, `Port ${port} is in use; choose another one with --port`);
    assertEquals(code, 1);
  }));

Deno.test("Start, reports that it cannot listen on an address", () =>
  withFile(kubeconfigOf("http://127.0.0.1:1"), async (path) => {
    const { code, output } = await Astrolabe.run(`--kubeconfig=${path}`, "--bind-address=192.0.2.1");
    assertStringIncludes(output, "Cannot listen on 192.0.2.1:8080");
    assertEquals(code, 1);
  }));

Deno.test("Start, waits for an API server that cannot be reached", async () => {
  const port = freePort();
  await withFile(kubeconfigOf(`http://127.0.0.1:${port}`), async (path) => {
    const astrolabe = await Astrolabe.start(`--kubeconfig=${path}`);
    let simulator: Simulator | undefined;
    try {
      await holds(async () => {
        const { status, text } = await astrolabe.text("/readyz");
        assertEquals(status, 503);
        assertStringIncludes(
          text,
          `cannot reach the API server at http://127.0.0.1:${port}: connection refused`,
        );
      });
      assertEquals((await astrolabe.text("/livez")).status, 200);
      simulator = Simulator.start({ kinds, port });
      await astrolabe.ready();
    } finally {
      await astrolabe.stop();
      await simulator?.close();
    }
  });
});

Deno.test("Start, the health command probes the server and returns its state as the exit code", async () => {
  const port = freePort();
  const alone = await Astrolabe.run("health", `--port=${port}`);
  assertEquals([alone.code, /did not answer/.test(alone.output)], [1, true]);
});

async function withFile(text: string, use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "astrolabe-kubeconfig-" });
  try {
    await Deno.writeTextFile(path, text);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("Start, a demo that cannot listen exits", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const { code, output } = await Astrolabe.run(
    ...["demo", "--objects=10", `--port=${port}`, "--bind-address=127.0.0.1"],
  );
  listener.close();
  assertStringIncludes(output, `Port ${port} is in use`);
  assertEquals(code, 1);
});
