import { assertEquals, assertRejects } from "@std/assert";
import type { User } from "@kubernetes/client-node/dist/config_types.js";
import { CredentialReader, type Credentials } from "../../src/kube/credential_reader.ts";
import { ConnectionError } from "../../src/kube/errors.ts";

function read(user: Partial<User>, cluster: { caFile?: string; caData?: string } = {}): Promise<Credentials> {
  return new CredentialReader({
    cluster: { name: "c", server: "https://a.test", skipTLSVerify: false, ...cluster },
    user: { name: "me", ...user },
  }).read();
}

/** The exec entry of a plugin that answers with this status. */
const pluginOf = (status: object) => ({
  command: "echo",
  args: [JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status })],
});

const authorized: Record<string, [user: Partial<User>, authorization: string | undefined]> = {
  "nothing": [{}, undefined],
  "a token": [{ token: "t" }, "Bearer t"],
  "a password": [{ username: "u", password: "p" }, "Basic dTpw"],
  "a password rather than a token": [{ token: "t", username: "u", password: "p" }, "Basic dTpw"],
  "an empty password": [{ username: "u" }, "Basic dTo="],
  "the token of a plugin": [{ exec: pluginOf({ token: "x" }) }, "Bearer x"],
  "the ID token of the provider oidc": [
    { authProvider: { name: "oidc", config: { "id-token": "id" } } },
    "Bearer id",
  ],
  "no ID token of another provider": [
    { authProvider: { name: "gcp", config: { "id-token": "id" } } },
    undefined,
  ],
};

/** The exec entry of a plugin that answers what it was told as its token. */
const askedPlugin = (more: object) => ({
  command: "sh",
  args: ["-c", 'printf \'{"status":{"token":"%s"}}\' "$(echo "$KUBERNETES_EXEC_INFO" | base64 -w0)"'],
  ...more,
});

async function execInfoOf(more: object): Promise<unknown> {
  const { headers } = await read({ exec: askedPlugin(more) }, { caData: btoa("ca") });
  return JSON.parse(atob(headers["authorization"]!.slice("Bearer ".length)));
}

Deno.test("CredentialReader.read() tells a plugin its API version, and that it is not interactive", async () => {
  const apiVersion = "client.authentication.k8s.io/v1beta1";
  const expected = { apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  assertEquals(await execInfoOf({ apiVersion, env: [{ name: "OTHER", value: "x" }] }), expected);
});

Deno.test("CredentialReader.read() describes the cluster to a plugin that asks for it", async () => {
  assertEquals(await execInfoOf({ provideClusterInfo: true }), {
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    spec: {
      interactive: false,
      cluster: { server: "https://a.test", "certificate-authority-data": btoa("ca"), config: null },
    },
  });
});

Deno.test("CredentialReader.read() does not repeat an answer of a plugin that is not JSON", async () => {
  const answer = { command: "echo", args: ["secret"] };
  const { message } = await assertRejects(() => read({ exec: answer }), ConnectionError);
  assertEquals(
    message,
    'the credentials of user "me" cannot be read: the plugin did not return an ExecCredential in JSON',
  );
});

for (const [what, [user, authorization]] of Object.entries(authorized)) {
  Deno.test(`CredentialReader.read() gives ${what}`, async () => {
    assertEquals((await read(user)).headers["authorization"], authorization);
  });
}

Deno.test("CredentialReader.read() impersonates", async () => {
  assertEquals((await read({ token: "t", impersonateUser: "other" })).headers, {
    "authorization": "Bearer t",
    "impersonate-user": "other",
  });
});

Deno.test("CredentialReader.read() decodes certificates and key", async () => {
  const { ca, cert, key } = await read({ certData: btoa("cert"), keyData: btoa("key") }, {
    caData: btoa("ca"),
  });
  assertEquals([ca, cert, key], ["ca", "cert", "key"]);
});

Deno.test("CredentialReader.read() reads certificates and key from files before data", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["ca", "cert", "key"]) {
      await Deno.writeTextFile(`${folder}/${name}`, `${name} of file`);
    }
    const { ca, cert, key } = await read(
      { certFile: `${folder}/cert`, certData: btoa("cert"), keyFile: `${folder}/key` },
      { caFile: `${folder}/ca` },
    );
    assertEquals([ca, cert, key], ["ca of file", "cert of file", "key of file"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("CredentialReader.read() takes certificate and key of a plugin", async () => {
  const exec = pluginOf({ clientCertificateData: "cert of plugin", clientKeyData: "key of plugin" });
  const { cert, key, headers } = await read({ exec, certData: btoa("cert"), keyData: btoa("key") });
  assertEquals([cert, key, headers], ["cert of plugin", "key of plugin", {}]);
});

Deno.test("CredentialReader.read() runs a plugin again when its credentials have expired", async () => {
  const folder = await Deno.makeTempDir();
  const expired = { token: "x", expirationTimestamp: "2000-01-01T00:00:00Z" };
  const [answer = ""] = pluginOf(expired).args;
  const exec = { command: "sh", args: ["-c", 'echo run >> "$1/runs"; echo "$2"', "sh", folder, answer] };
  try {
    const reader = new CredentialReader({
      cluster: { name: "c", server: "https://a.test", skipTLSVerify: false },
      user: { name: "me", exec },
    });
    await reader.read();
    await reader.read();
    assertEquals(await Deno.readTextFile(`${folder}/runs`), "run\nrun\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("CredentialReader.read() names the user whose file is missing", async () => {
  await assertRejects(
    () => read({ certFile: "/nowhere/cert.pem" }),
    ConnectionError,
    'the credentials of user "me" cannot be read',
  );
});
