/** The example clients of the change stream's page, run against the demo. */
import { assert, assertEquals } from "@std/assert";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { jqAvailable } from "../support/jq.ts";
import { readPage, section } from "../support/markdown.ts";

const page = readPage("docs/stream.md");

function codeOf(heading: string, language: string): string {
  const blocks = section(page, heading).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"));
  return [...blocks].at(-1)?.[1] ?? "";
}

async function succeeds(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"], stdout: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("Change stream page, the client in a browser draws the graph", async () => {
  const astrolabe = await Astrolabe.start("demo", "--objects=300");
  let source: EventSource | undefined;
  try {
    await astrolabe.ready();
    const { namespace } = (await astrolabe.graph()).nodes.find((node) => node.kind === "Pod")!;
    const code = codeOf("## In a browser", "js").replace(
      "/api/v1/watch?namespace=partners",
      `${astrolabe.url}/api/v1/watch?namespace=${namespace}`,
    );
    const lines: string[] = [];
    const run = new Function("console", `${code}\nreturn { nodes, edges, source };`);
    const client = run({ log: (line: string) => lines.push(line) });
    source = client.source;
    await holds(async () => {
      const graph = await astrolabe.graph(`namespace=${namespace}`);
      const edges = [...client.edges.values()];
      assertEquals({ nodes: [...client.nodes.keys()].sort(), edges: edges.length }, {
        nodes: graph.nodes.map(({ uid }) => uid).sort(),
        edges: graph.edges.length,
      });
    });
    assert(/^\d+ nodes, \d+ edges$/.test(lines.at(-1) ?? ""), lines.join("\n"));
  } finally {
    source?.close();
    await astrolabe.stop();
  }
});

const tools = [jqAvailable, ...await Promise.all(["bash", "curl"].map(succeeds))];

Deno.test({
  name: "Change stream page, the client in a shell prints messages and keeps the revision" +
    (tools.includes(false) ? " (skipped: needs bash, curl and jq)" : ""),
  ignore: tools.includes(false),
  async fn() {
    const astrolabe = await Astrolabe.start("demo", "--objects=300");
    const folder = await Deno.makeTempDir({ prefix: "astrolabe-stream-" });
    await astrolabe.ready();
    const code = codeOf("## In a shell", "sh").replace("localhost:8080", new URL(astrolabe.url).host);
    const child = new Deno.Command("bash", { args: ["-c", code], cwd: folder, stdout: "piped" }).spawn();
    const printed = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    try {
      let text = "";
      await holds(async () => {
        text += (await printed.read()).value ?? "";
        assert(text.includes("scope_changed"));
      });
      await holds(async () =>
        assert(/^\d{21}\n$/.test(await Deno.readTextFile(`${folder}/last_rv`).catch(() => "")))
      );
    } finally {
      child.kill("SIGKILL");
      await astrolabe.stop();
      await printed.cancel();
      await child.status;
      await Deno.remove(folder, { recursive: true });
    }
  },
});
