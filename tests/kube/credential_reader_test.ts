import { assertEquals, assertRejects } from "@std/assert";
import { CredentialReader, type Credentials } from "../../src/kube/credential_reader.ts";
import type { ExecConfig, User } from "../../src/kube/kubeconfig_file.ts";
import { ConnectionError } from "../../src/kube/errors.ts";

function read(user: Partial<User>, cluster: { caFile?: string; caData?: string } = {}): Promise<Credentials> {
  return new CredentialReader({
    cluster: { name: "c", server: "https://a.test", ...cluster },
    user: { name: "me", ...user },
  }).read();
}

/** The exec entry of a plugin that answers with this status. */
const pluginOf = (status: object): ExecConfig => ({
  command: "echo",
  args: [JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status })],
  env: {},
  provideClusterInfo: false,
});

const authorized: Record<string, [user: Partial<User>, authorization: string | undefined]> = {
  "nothing": [{}, undefined],
  "a token": [{ token: "t" }, "Bearer t"],
  "a password": [{ username: "u", password: "p" }, "Basic dTpw"],
  "a password rather than a token": [{ token: "t", username: "u", password: "p" }, "Basic dTpw"],
  "an empty password": [{ username: "u" }, "Basic dTo="],
  "the token of a plugin": [{ exec: pluginOf({ token: "x" }) }, "Bearer x"],
};

for (const [what, [user, authorization]] of Object.entries(authorized)) {
  Deno.test(`CredentialReader.read() gives ${what}`, async () => {
    assertEquals((await read(user)).headers["authorization"], authorization);
  });
}

Deno.test("CredentialReader.read() impersonates", async () => {
  assertEquals((await read({ token: "t", impersonate: "other" })).headers, {
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

Deno.test("CredentialReader.read() names the user whose file is missing", async () => {
  await assertRejects(
    () => read({ certFile: "/nowhere/cert.pem" }),
    ConnectionError,
    'the credentials of user "me" cannot be had',
  );
});
