/**
 * Runs the quick start from a cluster to the graph of a release, command by command, on a real API server
 * with its controllers. Without a kubelet no Pod runs, but the quick start does not need one.
 */
import { assertEquals } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { codeBlocks, commands, readPage, section } from "../support/markdown.ts";
import { parseCurl } from "./curl.ts";
import { mismatches } from "./mismatches.ts";

const page = readPage("docs/quick-start.md");
const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

Deno.test(
  `Quick start, leads to the graph of a release${skipped}`,
  { ignore: !apiServerAvailable },
  async () => {
    const server = await ApiServer.start({ controllers: true, serviceAccountAdmission: true });
    const kubeconfig = server.kubeconfig();
    let astrolabe: Astrolabe | undefined;
    try {
      for (const { command, answer } of steps(section(page, "## Follow it from your machine"))) {
        const [, options] = /^deno task start (.*)$/.exec(command) ?? [];
        if (options) {
          astrolabe = await Astrolabe.start(
            ...options.split(" "),
            "--port=0",
            `--kubeconfig=${kubeconfig}`,
          );
        } else if (!command.startsWith("curl")) await run(command, { kubeconfig, folder: server.folder });
        else if (answer) {
          await holds(async () => {
            const { path } = parseCurl(command);
            assertEquals(mismatches(await astrolabe?.json(path), JSON.parse(answer)), [], command);
          });
        }
      }
    } finally {
      await astrolabe?.stop();
      await server.close();
    }
  },
);

Deno.test("Quick start, names the image by the version", () => {
  const tags = [...page.matchAll(/astrolabe:(\d\S*)/g)].map(([, tag]) => tag);
  assertEquals(new Set(tags), new Set([project.version]));
});

interface Step {
  readonly command: string;
  /** What the page shows beneath the command. */
  readonly answer?: string;
}

function steps(text: string): Step[] {
  const blocks = codeBlocks(text);
  return blocks.flatMap((block, at) => {
    const next = blocks[at + 1];
    const all: Step[] = commands(`\`\`\`${block.language}\n${block.text}\`\`\``).map((command) => ({
      command,
    }));
    const last = all.pop();
    if (!last) return [];
    return [...all, { ...last, ...next?.language === "json" && { answer: next.text } }];
  });
}

interface RunOptions {
  readonly kubeconfig: string;
  readonly folder: string;
}

/** Runs a helm or kubectl command of the page. */
async function run(command: string, { kubeconfig, folder }: RunOptions): Promise<void> {
  const [program, ...args] = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) =>
    quoted ?? bare ?? ""
  );
  const { success, stderr } = await new Deno.Command(`${Deno.env.get("KUBEBUILDER_ASSETS")}/${program}`, {
    args,
    cwd: folder,
    env: { KUBECONFIG: kubeconfig, HOME: folder },
    stdin: "null",
  }).output();
  if (!success) throw new Error(`${command}: ${new TextDecoder().decode(stderr)}`);
}
