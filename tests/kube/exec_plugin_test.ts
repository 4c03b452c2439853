import { assertEquals, assertRejects } from "@std/assert";
import { ExecPlugin } from "../../src/kube/exec_plugin.ts";
import type { Cluster, ExecConfig } from "../../src/kube/kubeconfig_file.ts";

const cluster: Cluster = { name: "c", server: "https://a.test", caData: btoa("ca") };

/** A plugin that runs this shell script, with `$1` as its argument. */
function shell(script: string, arg = "", options: Partial<ExecConfig> = {}): ExecPlugin {
  const args = ["-c", script, "sh", arg];
  return new ExecPlugin({ command: "sh", args, env: {}, provideClusterInfo: false, ...options }, cluster);
}

const answer = (status: object) => JSON.stringify({ kind: "ExecCredential", status });

async function runsOf(status: object): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    const plugin = shell('echo run >> "$FOLDER/runs"; echo "$1"', answer(status), {
      env: { FOLDER: folder },
    });
    await plugin.read();
    await plugin.read();
    return (await Deno.readTextFile(`${folder}/runs`)).trim().split("\n").length;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("ExecPlugin.read() runs once for credentials that do not expire", async () => {
  assertEquals(await runsOf({ token: "x" }), 1);
});

Deno.test("ExecPlugin.read() runs once for credentials that expire later", async () => {
  assertEquals(await runsOf({ token: "x", expirationTimestamp: "2999-01-01T00:00:00Z" }), 1);
});

Deno.test("ExecPlugin.read() runs again when its credentials have expired", async () => {
  assertEquals(await runsOf({ token: "x", expirationTimestamp: "2000-01-01T00:00:00Z" }), 2);
});

Deno.test("ExecPlugin.read() tells the plugin its API version, and that nobody can type", async () => {
  const apiVersion = "client.authentication.k8s.io/v1beta1";
  const plugin = shell(
    'printf \'{"status":{"token":"%s"}}\' "$(echo "$KUBERNETES_EXEC_INFO" | base64 -w0)"',
    "",
    {
      apiVersion,
    },
  );
  const { token = "" } = await plugin.read();
  assertEquals(JSON.parse(atob(token)), { apiVersion, kind: "ExecCredential", spec: { interactive: false } });
});

Deno.test("ExecPlugin.read() tells a plugin that asks for it about the cluster", async () => {
  const plugin = shell(
    'printf \'{"status":{"token":"%s"}}\' "$(echo "$KUBERNETES_EXEC_INFO" | base64 -w0)"',
    "",
    {
      provideClusterInfo: true,
    },
  );
  const { token = "" } = await plugin.read();
  assertEquals(JSON.parse(atob(token)).spec.cluster, {
    server: "https://a.test",
    "certificate-authority-data": btoa("ca"),
    config: null,
  });
});

const failures: Record<string, [script: string, message: string]> = {
  "that fails": ["echo first >&2; echo second >&2; exit 3", "the plugin sh ended with 3: first"],
  "that fails without a word": ["exit 3", "the plugin sh ended with 3"],
  "that answers no JSON": ["echo secret", "the plugin sh did not answer an ExecCredential with a status"],
  "that answers no status": ["echo '{}'", "the plugin sh did not answer an ExecCredential with a status"],
  "that answers null": ["echo null", "the plugin sh did not answer an ExecCredential with a status"],
};

for (const [what, [script, message]] of Object.entries(failures)) {
  Deno.test(`ExecPlugin.read() names a plugin ${what}`, async () => {
    assertEquals((await assertRejects(() => shell(script).read(), Error)).message, message);
  });
}
