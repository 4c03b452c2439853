/** The tasks, flags, files and links on all pages exist, and the program accepts the flags. */
import { assertEquals } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { parseCommandLine } from "../../src/cli/command_line.ts";
import { readConfig } from "../../src/cli/config.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Api, NOW } from "../http/api.ts";
import { readOptions as readBenchOptions } from "../bench/options.ts";
import { anchors, codeSpans, commands, localLinks, pages, readPage, section } from "../support/markdown.ts";
import { parseCurl } from "./curl.ts";

const NO_ENVIRONMENT = { get: () => undefined };
const FOLDERS = /^(?:\.\/)?((?:\.github|deploy|docs|scripts|src|stand_ins|tests)\/[\w./-]+)$/;

for (const path of pages()) {
  const page = readPage(path);

  Deno.test(`${path}, its tasks are tasks of the project`, () => {
    const named = commands(page).flatMap((it) =>
      [...it.matchAll(/\btask ([a-z-]+)/g)].map(([, name = ""]) => name)
    );
    assertEquals(named.filter((name) => !Object.hasOwn(project.tasks, name)), []);
  });

  Deno.test(`${path}, its flags are understood`, () => {
    const wrong = commands(page).map((line) => {
      const args = serverArguments(line);
      return args && failureOf(line, () => {
        const { command, flags } = parseCommandLine(args);
        if (command !== "help") readConfig(command, flags, NO_ENVIRONMENT);
      });
    });
    assertEquals(wrong.filter(Boolean), []);
  });

  Deno.test(`${path}, the options of the bench are understood`, () => {
    const wrong = commands(page).flatMap((line) => {
      const [, options] = /\btask bench (.+)$/.exec(line) ?? [];
      return options ? [failureOf(line, () => readBenchOptions(options.split(" ")))] : [];
    });
    assertEquals(wrong.filter(Boolean), []);
  });

  Deno.test(`${path}, what it asks the server is answered`, async () => {
    const api = new Api(sampleCluster({ objects: 100, now: NOW }));
    const wrong = [];
    for (const line of commands(page).filter((it) => /^curl\b.*localhost:8080/.test(it))) {
      const { path, init } = parseCurl(line);
      const { status } = await api.request(path, init);
      const isShownFailing = line.includes("status=Broken");
      if (![200, 304].includes(status) && !isShownFailing && !path.startsWith("/api/v1/resources/")) {
        wrong.push(`${line}: ${status}`);
      }
    }
    assertEquals(wrong, []);
  });

  Deno.test(`${path}, the files that it names are there`, async () => {
    const inProse = codeSpans(page.replaceAll(/^ *```.*?^ *```$/gms, ""));
    const inCommands = commands(page).flatMap((line) => line.split(/\s+/));
    const named = [...inProse, ...inCommands].map((word) => FOLDERS.exec(word)?.[1] ?? "").filter(Boolean);
    const made = path === "docs/architecture.md" ? newFiles(page) : [];
    assertEquals(await missing(named.filter((file) => !made.includes(file))), []);
  });

  Deno.test(`${path}, its links lead somewhere`, async () => {
    const links = localLinks(path);
    assertEquals(await missing(links.map(({ file }) => file)), []);
    const dangling = links.filter(({ file, anchor }) =>
      anchor && file.endsWith(".md") && !anchors(readPage(file)).includes(anchor)
    );
    assertEquals(dangling, []);
  });
}

/** Returns the arguments for the server in a command that starts one, or undefined for any other command. */
function serverArguments(line: string): string[] | undefined {
  const [, task, options] = /\btask (start|dev|demo)\b([^|&>]*)/.exec(line) ?? [];
  const [, rest] =
    /^(?:deno run .*(?:main\.ts|astrolabe\.js)|(?:\.\/)?astrolabe)(?= |$)([^|&>]*)/.exec(line) ?? [];
  const text = task === "demo" ? `demo ${options}` : options ?? rest;
  return text?.split(/\s+/).filter(Boolean);
}

function failureOf(line: string, attempt: () => void): string {
  try {
    attempt();
    return "";
  } catch (error) {
    return `${line}: ${(error as Error).message}`;
  }
}

/** Returns the files that the example of a new kind creates. */
function newFiles(page: string): string[] {
  const example = section(page, "## Adding a kind");
  return [...example.matchAll(/new\s+file\s+`([^`]+)`/g)].map(([, file = ""]) => file);
}

async function missing(files: readonly string[]): Promise<string[]> {
  const absent: string[] = [];
  for (const file of new Set(files)) {
    const found = await Deno.stat(file).catch(() => undefined);
    if (!found) absent.push(file);
  }
  return absent;
}

Deno.test("serverArguments(), finds them in every way to start the server", () => {
  const lines = [
    "npx -y deno@2.9.6 task demo --objects 10",
    "deno task start --port 80 > log",
    "deno run --allow-net main.ts --v 2",
    "deno run --allow-net dist/astrolabe.js health",
    "./astrolabe version",
    "kubectl get pods --namespace astrolabe",
  ];
  assertEquals(lines.map(serverArguments), [
    ["demo", "--objects", "10"],
    ["--port", "80"],
    ["--v", "2"],
    ["health"],
    ["version"],
    undefined,
  ]);
});
