/** `demo --open` hands the address of the page to the program that opens browsers. */
import { assertMatch } from "@std/assert";
import { holds } from "../support/holds.ts";
import { IMPORT_MAP } from "../support/import_map.ts";

async function demoWith(
  program: string,
): Promise<{ output: () => string; stop: () => Promise<void>; opened: string }> {
  const folder = await Deno.makeTempDir();
  const opened = `${folder}/opened`;
  await Deno.writeTextFile(`${folder}/xdg-open`, `#!/bin/sh\n${program.replace("OPENED", opened)}\n`, {
    mode: 0o755,
  });
  const path = `${folder}:${Deno.env.get("PATH")}`;
  const allow = ["--no-prompt", "--allow-net", "--allow-env", "--allow-read", "--allow-run=xdg-open"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...allow, ...IMPORT_MAP, "main.ts", "demo", "--open", "--port=0", "--objects=300"],
    env: { PATH: path },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const collected = [child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
  });
  const stop = async () => {
    child.kill("SIGTERM");
    await child.status;
    await Promise.all(collected);
    await Deno.remove(folder, { recursive: true });
  };
  return { output: () => output, stop, opened };
}

Deno.test({
  name: "demo --open, opens the page once the cluster is there",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const demo = await demoWith('echo "$1" > OPENED');
    try {
      const address = await holds(() => Deno.readTextFile(demo.opened));
      assertMatch(address, /^http:\/\/localhost:\d+\n$/);
      assertMatch(demo.output(), /Open http:\/\/localhost:\d+\/ or try:/);
    } finally {
      await demo.stop();
    }
  },
});

Deno.test({
  name: "demo --open, says so when no browser opens, and serves on",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const demo = await demoWith("exit 3");
    try {
      await holds(() =>
        assertMatch(demo.output(), /WARN {2}Cannot open a browser address=http:\/\/localhost:\d+/)
      );
    } finally {
      await demo.stop();
    }
  },
});
