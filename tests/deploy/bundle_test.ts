/**
 * The bundle, as the binary contains it. It runs with exactly the permissions and flags of the task `start`,
 * in an empty folder, without this project, and as the user nobody if the tests run as root.
 */
import { assertEquals, assertMatch } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { kinds } from "../../src/kinds/registry.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { bundledCommand, makeBundledProgram } from "../support/bundled_program.ts";
import { holds } from "../support/holds.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { freePort } from "../support/free_port.ts";
import { IMPORT_MAP } from "../support/import_map.ts";

const NOBODY = 65_534;
Deno.test("The bundle on its own", async (test) => {
  const folder = await Deno.makeTempDir({ prefix: "astrolabe-bundle-" });
  const commit = "0123456789abcdef0123456789abcdef01234567";
  try {
    await makeBundledProgram(folder, commit);
    await Deno.mkdir(`${folder}/empty`);
    await Deno.chmod(`${folder}/empty`, 0o755);
    await test.step("The bundle, has the licence of every package in it beside it", async () => {
      const notices = await Deno.readTextFile(`${folder}/THIRD_PARTY_NOTICES.txt`);
      const packages = await packagesIn(folder);
      const without = packages.filter((of) => !notices.includes(`\n${of}\n`));
      assertEquals([packages.length > 5, without], [true, []]);
    });
    await test.step("The bundle, has a bill of materials that names the same packages", async () => {
      const { components, metadata } = JSON.parse(await Deno.readTextFile(`${folder}/astrolabe.cdx.json`));
      const notices = await Deno.readTextFile(`${folder}/THIRD_PARTY_NOTICES.txt`);
      const libraries: { name: string; version: string; purl: string }[] = components.filter((
        { type }: { type: string },
      ) => type === "library");
      assertEquals(
        libraries.map(({ name, version }) => `${name} ${version}`),
        Array.from(notices.matchAll(/^(\S+ \d\S*)$/gm), ([, of]) => of),
      );
      assertEquals(metadata.component.version, project.version);
      assertEquals(libraries.filter(({ purl }) => !/^pkg:npm\/(%40[\w-]+\/)?[\w.-]+@\d\S*$/.test(purl)), []);
    });
    await test.step("The bundle, prints version, commit and Deno", async () => {
      const { code, output } = await run(folder, "version");
      assertEquals(
        output,
        `astrolabe ${project.version}, commit ${commit} of 2026-01-02, Deno ${Deno.version.deno}\n`,
      );
      assertEquals(code, 0);
    });
    await test.step("The bundle, health ends with 1 where nobody answers", async () => {
      const { code, output } = await run(folder, "health", `--url=http://127.0.0.1:${freePort()}/readyz`);
      assertMatch(output, /did not answer/);
      assertEquals(code, 1);
    });
    await test.step("The bundle, follows a cluster; health ends with 0; SIGTERM ends it with 0", () =>
      serve(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/**
 * Returns name and version of each npm package in the bundle, by the comments of one that is not minified.
 */
async function packagesIn(folder: string): Promise<string[]> {
  const file = `${folder}/readable.js`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--output", file, ...IMPORT_MAP, "main.ts"],
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const comments = (await Deno.readTextFile(file)).matchAll(
    /^\s*\/\/ \S*\/npm\/[^/]+\/((?:@[^/]+\/)?[^/]+)\/([^/]+)\//gm,
  );
  return Array.from(new Set(Array.from(comments, ([, name, version]) => `${name} ${version}`)));
}

function command(folder: string, args: readonly string[]): Deno.Command {
  const [program = "", ...start] = bundledCommand(folder);
  return new Deno.Command(program, {
    args: [...start, ...args],
    cwd: `${folder}/empty`,
    clearEnv: true,
    env: { NO_COLOR: "1" },
    ...Deno.uid() === 0 ? { uid: NOBODY, gid: NOBODY } : {},
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function run(folder: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await command(folder, args).output();
  return { code, output: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("") };
}

async function serve(folder: string): Promise<void> {
  const simulator = Simulator.start({ kinds });
  const kubeconfig = `${folder}/kubeconfig`;
  await Deno.writeTextFile(kubeconfig, kubeconfigOf(simulator.url));
  await Deno.chmod(kubeconfig, 0o644);
  const port = freePort();
  const args = [`--kubeconfig=${kubeconfig}`, "--bind-address=127.0.0.1", `--port=${port}`];
  const child = command(folder, args).spawn();
  const kill = () => child.kill("SIGKILL");
  globalThis.addEventListener("unload", kill);
  const ended = child.output();
  try {
    await holds(async () => assertEquals((await run(folder, "health", `--port=${port}`)).code, 0));
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    const log = new TextDecoder().decode(stderr);
    assertEquals(code, 0, log);
    assertMatch(log, /Stopped/);
  } finally {
    globalThis.removeEventListener("unload", kill);
    try {
      kill();
    } catch {
      // It has ended.
    }
    await ended;
    await simulator.close();
  }
}
