/** Follows the example of a new kind on the architecture page literally, in a copy of the project. */
import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { holds } from "../support/holds.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { codeBlocks, codeSpans, readPage, section } from "../support/markdown.ts";
import { applyDiff } from "./apply_diff.ts";
import { IMPORT_MAP } from "../support/import_map.ts";

const PROJECT = ["deno.json", "deno.lock", "main.ts", "src", "tests", "stand_ins", "docs", "deploy"];
Deno.test("Adding a kind, as the architecture page shows it", async (t) => {
  const copy = await Deno.makeTempDir();
  try {
    for (const path of PROJECT) await copyInto(copy, path);
    const changed = await followExample(copy);
    const sources = changed.filter((path) => path.endsWith(".ts"));

    await t.step("leaves nothing to format", async () => {
      const formatted = changed.filter((path) => !path.endsWith(".yaml"));
      assertEquals(await deno(copy, "fmt", "--check", ...formatted), "");
    });
    await t.step("leaves nothing that the linter finds", async () => {
      assertEquals(await deno(copy, "lint", "--quiet", ...sources), "");
    });
    await t.step(
      "passes the tests of the kind, the registry, the roles and the security page, types included",
      async () => {
        const tests = [
          "--filter=/Endpoints|registry|Role|Security/",
          "tests/kinds",
          "tests/docs/security_test.ts",
        ];
        assertEquals(await deno(copy, "test", "--quiet", "--allow-read", ...IMPORT_MAP, ...tests), "");
      },
    );
    await t.step("serves resources of the kind, with their relations", async () => {
      assertEquals(await servedEndpoints(copy), { kind: "Endpoints", status: "Ready", selects: ["Pod"] });
    });
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
});

/** Writes the files of the example, applies its diffs, and returns their paths. */
async function followExample(copy: string): Promise<string[]> {
  const changed: string[] = [];
  for (const { language, text, introduction } of codeBlocks(section(page(), "## Adding a kind"))) {
    if (language === "sh") continue;
    const file = codeSpans(introduction).filter((span) => span.includes("/")).at(-1);
    if (!file) throw new Error(`no file is named before\n${text}`);
    const path = join(copy, file);
    await Deno.mkdir(dirname(path), { recursive: true });
    const isNew = language !== "diff";
    await Deno.writeTextFile(path, isNew ? text : applyDiff(await Deno.readTextFile(path), text));
    changed.push(file);
  }
  return changed;
}

function page(): string {
  return readPage("docs/architecture.md");
}

/** Returns what the server of the copy answers of Endpoints in the API server and of the Pod they select. */
async function servedEndpoints(copy: string): Promise<unknown> {
  const { kinds }: { kinds: readonly ResourceKind[] } = await import(
    pathToFileURL(join(copy, "src/kinds/registry.ts")).href
  );
  const simulator = Simulator.start({ kinds });
  simulator.store.create(
    JSON.parse(await Deno.readTextFile(join(copy, "tests/fixtures/endpoints/web.json"))),
  );
  simulator.store.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web-1", namespace: "shop", labels: { app: "web" } },
    spec: { containers: [{ name: "web", image: "web:1" }] },
  });
  const kubeconfig = join(copy, "kubeconfig");
  await Deno.writeTextFile(kubeconfig, kubeconfigOf(simulator.url));
  const server = serve(copy, kubeconfig);
  try {
    return await holds(async () => {
      const response = await fetch(`${server.url()}/api/v1/graph?kind=Endpoints&kind=Pod`);
      const { nodes, edges } = await response.json();
      const nodeOf = (uid: string) => nodes.find((node: { uid: string }) => node.uid === uid);
      const [{ type, from, to }] = edges;
      const { kind, status } = nodeOf(from);
      return { kind, status, [type]: [nodeOf(to).kind] };
    });
  } finally {
    await server.stop();
    await simulator.close();
  }
}

function serve(copy: string, kubeconfig: string) {
  const permissions = ["--no-prompt", "--allow-net", "--allow-env", "--allow-read"];
  const options = ["--port=0", "--bind-address=127.0.0.1", `--kubeconfig=${kubeconfig}`];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...permissions, ...IMPORT_MAP, "main.ts", ...options],
    cwd: copy,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  let log = "";
  let hasEnded = false;
  const end = child.status.then(() => hasEnded = true);
  const read = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) log += text;
  })();
  return {
    url(): string {
      const [, address] = /Serving address=(\S+)/.exec(log) ?? [];
      if (!address) throw new Error(`it does not listen: ${log}`);
      return address;
    },
    async stop(): Promise<void> {
      if (!hasEnded) child.kill("SIGTERM");
      await Promise.all([end, read]);
    },
  };
}

/** Runs Deno in the folder. Returns nothing on success, otherwise its output. */
async function deno(folder: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const said = [stderr, stdout].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  return success ? "" : said.slice(-2_000);
}

async function copyInto(folder: string, path: string): Promise<void> {
  const target = join(folder, path);
  if (!(await Deno.stat(path)).isDirectory) return await Deno.copyFile(path, target);
  await Deno.mkdir(target);
  for await (const { name } of Deno.readDir(path)) await copyInto(folder, `${path}/${name}`);
}
