/** The systemd unit: systemd understands it, and Astrolabe runs with the arguments and settings in it. */
import { assert, assertEquals } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import project from "../../deno.json" with { type: "json" };
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";

const PATH = "deploy/systemd/astrolabe.service";
const PROGRAM = "/usr/local/bin/astrolabe";
const unit = Deno.readTextFileSync(PATH);
const settings = new Map(
  unit.split("\n").flatMap((line) => {
    const [, name = "", value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
    return name === "" ? [] : [[name, value] as const];
  }),
);

const hasSystemd = await run("--version").then(({ code }) => code === 0, () => false);
const skipped = hasSystemd ? "" : " (skipped: systemd-analyze is not installed)";

Deno.test(`The unit, is understood by systemd${skipped}`, { ignore: !hasSystemd }, async () => {
  assertEquals(await withUnit((path) => run("verify", path)), { code: 0, output: "" });
});

Deno.test(`The unit, exposes little${skipped}`, { ignore: !hasSystemd }, async () => {
  // systemd's own measure, from 0 to 10, times ten.
  const { code, output } = await withUnit((path) => run("security", "--offline=yes", "--threshold=20", path));
  assertEquals(code, 0, output);
});

Deno.test("The unit, has the environment of the task start", () => {
  const [environment = ""] = project.tasks.start.command.split("deno run");
  assertEquals(settings.get("Environment"), environment.trim());
});

Deno.test("The unit, starts an Astrolabe that ends in time", async () => {
  const [program, ...args] = (settings.get("ExecStart") ?? "").split(" ");
  assertEquals(program, PROGRAM);
  const [credential, source] = (settings.get("LoadCredential") ?? "").split(":");
  assertEquals([credential, source], ["kubeconfig", "/etc/astrolabe/kubeconfig"]);
  const folder = await Deno.makeTempDir({ prefix: "astrolabe-unit-" });
  const simulator = Simulator.start({ kinds });
  try {
    await Deno.writeTextFile(`${folder}/${credential}`, kubeconfigOf(simulator.url));
    const astrolabe = await Astrolabe.start(
      ...args.map((arg) => arg.replace("${CREDENTIALS_DIRECTORY}", folder)),
    );
    try {
      await astrolabe.ready();
      assert(astrolabe.url.startsWith("http://127.0.0.1:"));
      assertEquals(await astrolabe.stop(), 0);
    } finally {
      await astrolabe.stop("SIGKILL");
    }
  } finally {
    await simulator.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("The unit, is not restarted after a usage error", async () => {
  const { code } = await Astrolabe.run("--no-such-flag");
  assertEquals(`${code}`, settings.get("RestartPreventExitStatus"));
});

/** Copies the unit with a program that is there, because systemd looks for it. */
async function withUnit<T>(work: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "astrolabe-unit-" });
  try {
    const path = `${folder}/astrolabe.service`;
    await Deno.writeTextFile(path, unit.replace(PROGRAM, "/bin/true"));
    return await work(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(...args: string[]): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await new Deno.Command("systemd-analyze", { args, stdin: "null" })
    .output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  return { code, output: text };
}
