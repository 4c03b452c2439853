/**
 * Schemathesis (https://schemathesis.io) sends a demo the requests that its OpenAPI description allows and
 * forbids.
 */
import { assertEquals } from "@std/assert";
import { Astrolabe } from "../support/astrolabe.ts";

const isInstalled = await succeeds("--version");

Deno.test({
  name: isInstalled
    ? "Schemathesis finds nothing with all its checks"
    : "Schemathesis finds nothing with all its checks (skipped: pip install schemathesis)",
  ignore: !isInstalled,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "astrolabe-schemathesis-" });
    const astrolabe = await Astrolabe.start("demo", "--objects=200");
    try {
      await astrolabe.ready();
      const { code, stdout } = await new Deno.Command("schemathesis", {
        args: [
          "run",
          `${astrolabe.url}/openapi.json`,
          "--checks=all",
          "--max-examples=5",
          "--seed=1",
          "--exclude-path=/api/v1/watch",
        ],
        // The change stream never ends. Schemathesis writes files to its working directory.
        cwd: folder,
        stdin: "null",
        stderr: "null",
      }).output();
      assertEquals(code, 0, new TextDecoder().decode(stdout));
    } finally {
      await astrolabe.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function succeeds(...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command("schemathesis", { args, stdout: "null", stderr: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
