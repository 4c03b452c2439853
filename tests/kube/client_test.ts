import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KubeClient } from "../../src/kube/client.ts";
import { ConnectionError } from "../../src/kube/errors.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingLog } from "../support/recording_log.ts";

interface Parts {
  readonly client: KubeClient;
  readonly clock: FakeClock;
  readonly folder: string;
  /** Authorization headers that have come, oldest first. */
  readonly seen: (string | null)[];
}

type Handler = (authorization: string | null) => Response;

/** Tests a client of a server that answers so; `user` is its user in the kubeconfig. */
async function serving(
  { user, handler = () => new Response("{}") }: { user: (folder: string) => object; handler?: Handler },
  test: (parts: Parts) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  const seen: (string | null)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ headers }) => {
    const authorization = headers.get("authorization");
    seen.push(authorization);
    return handler(authorization);
  });
  const config = {
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server: `http://127.0.0.1:${server.addr.port}` } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    users: [{ name: "test", user: user(folder) }],
  };
  Deno.writeTextFileSync(`${folder}/config`, JSON.stringify(config));
  const clock = new FakeClock();
  const client = KubeClient.load({ kubeconfig: `${folder}/config`, clock }, new RecordingLog());
  try {
    await test({ client, clock, folder, seen });
  } finally {
    client.close();
    await server.shutdown();
    Deno.removeSync(folder, { recursive: true });
  }
}

async function get(client: KubeClient): Promise<number> {
  const signal = AbortSignal.timeout(10_000);
  const response = await client.fetch("/api", { accept: "application/json", signal });
  await response.body?.cancel();
  return response.status;
}

function tokenFile(folder: string): object {
  Deno.writeTextFileSync(`${folder}/token`, "first\n");
  return { tokenFile: "token" };
}

const wants = (token: string): Handler => (authorization) =>
  new Response("{}", { status: authorization === `Bearer ${token}` ? 200 : 401 });

Deno.test("KubeClient.fetch() sends the token", async () => {
  await serving({ user: () => ({ token: "secret" }) }, async ({ client, seen }) => {
    await get(client);
    assertEquals(seen, ["Bearer secret"]);
  });
});

Deno.test("KubeClient.fetch() sends name and password", async () => {
  await serving({ user: () => ({ username: "me", password: "pass" }) }, async ({ client, seen }) => {
    await get(client);
    assertEquals(seen, [`Basic ${btoa("me:pass")}`]);
  });
});

Deno.test("KubeClient.fetch() sends the content of a token file without its newline", async () => {
  await serving({ user: tokenFile }, async ({ client, seen }) => {
    await get(client);
    assertEquals(seen, ["Bearer first"]);
  });
});

Deno.test("KubeClient.fetch() reads a token file again each minute", async () => {
  await serving({ user: tokenFile }, async ({ client, clock, folder, seen }) => {
    await get(client);
    Deno.writeTextFileSync(`${folder}/token`, "second");
    clock.advance(59_999);
    await get(client);
    clock.advance(1);
    await get(client);
    assertEquals(seen, ["Bearer first", "Bearer first", "Bearer second"]);
  });
});

Deno.test("KubeClient.fetch() reads rejected credentials again, and tries once more", async () => {
  let accepted = "first";
  const handler: Handler = (authorization) => wants(accepted)(authorization);
  await serving({ user: tokenFile, handler }, async ({ client, folder, seen }) => {
    await get(client);
    Deno.writeTextFileSync(`${folder}/token`, "second");
    accepted = "second";
    await get(client);
    assertEquals(seen, ["Bearer first", "Bearer first", "Bearer second"]);
  });
});

Deno.test("KubeClient.fetch() lets five seconds pass between two rereads", async () => {
  await serving({ user: tokenFile, handler: wants("second") }, async ({ client, clock, folder }) => {
    const before = await get(client);
    Deno.writeTextFileSync(`${folder}/token`, "second");
    const atOnce = await get(client);
    clock.advance(5_000);
    assertEquals([before, atOnce, await get(client)], [401, 401, 200]);
  });
});

Deno.test("KubeClient.fetch() returns 401 after one more try", async () => {
  await serving({ user: tokenFile, handler: wants("other") }, async ({ client, seen }) => {
    assertEquals([await get(client), seen.length], [401, 2]);
  });
});

Deno.test("KubeClient.fetch() rereads credentials once for many rejected requests", async () => {
  const user = (folder: string) => {
    const plugin = `#!/bin/sh\necho run >> ${folder}/runs\n` +
      `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"x"}}'\n`;
    Deno.writeTextFileSync(`${folder}/plugin`, plugin, { mode: 0o755 });
    return { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./plugin" } };
  };
  await serving({ user, handler: wants("other") }, async ({ client, folder, seen }) => {
    await Promise.all(Array.from({ length: 19 }, () => get(client)));
    const runs = Deno.readTextFileSync(`${folder}/runs`).trim().split("\n").length;
    assertEquals([runs, seen[0]], [2, "Bearer x"]);
  });
});

Deno.test("KubeClient.fetch() takes a kubeconfig with other credentials for the refused ones", async () => {
  const user = () => ({ token: "old" });
  await serving({ user, handler: wants("new") }, async ({ client, folder }) => {
    const config = Deno.readTextFileSync(`${folder}/config`);
    Deno.writeTextFileSync(`${folder}/config`, config.replace('"old"', '"new"'));
    assertEquals(await get(client), 200);
  });
});

Deno.test("KubeClient.fetch() reports why an exec plugin returns no credentials", async () => {
  const user = () => ({ exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./missing" } });
  await serving({ user }, async ({ client }) => {
    const error = await assertRejects(() => get(client), ConnectionError);
    assertStringIncludes(error.message, 'the credentials of user "test" cannot be read: ');
  });
});

Deno.test("KubeClient.fetch() does not follow a redirect", async () => {
  const handler = () => new Response(null, { status: 302, headers: { location: "/elsewhere" } });
  await serving({ user: () => ({ token: "secret" }), handler }, async ({ client, seen }) => {
    assertEquals([await get(client), seen.length], [302, 1]);
  });
});

Deno.test("KubeClient.fetch() reports that nothing listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const client = KubeClient.at(`http://127.0.0.1:${port}`, new RecordingLog());
  const error = await assertRejects(() => get(client), ConnectionError);
  client.close();
  assertEquals(error.message, `cannot reach the API server at http://127.0.0.1:${port}: connection refused`);
});

for (const token of ["secret\none", "secret two\u20ac"]) {
  Deno.test(`KubeClient, does not repeat a token that a header cannot contain: ${JSON.stringify(token)}`, () =>
    serving({ user: () => ({ token }) }, async ({ client }) => {
      const error = await assertRejects(() => get(client), ConnectionError);
      assertStringIncludes(error.message, "cannot be sent");
      assertEquals(Deno.inspect(error).includes("secret"), false);
    }));
}

Deno.test("KubeClient, sends a password that is not ASCII as UTF-8", () =>
  serving({ user: () => ({ username: "me", password: "gehéim€" }) }, async ({ client, seen }) => {
    await get(client);
    assertEquals(seen, [`Basic ${new TextEncoder().encode("me:gehéim€").toBase64()}`]);
  }));

Deno.test("KubeClient.caSha256, is that of the bundle, from a file or from data", () => {
  const folder = Deno.makeTempDirSync();
  const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
  Deno.writeTextFileSync(`${folder}/ca.pem`, `${pem}\n`);
  const hashOf = (cluster: object) => {
    const config = {
      "current-context": "test",
      clusters: [{ name: "test", cluster: { server: "https://127.0.0.1:1", ...cluster } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
      users: [{ name: "test", user: {} }],
    };
    Deno.writeTextFileSync(`${folder}/config`, JSON.stringify(config));
    return KubeClient.load({ kubeconfig: `${folder}/config` }, new RecordingLog()).caSha256;
  };
  const ofFile = hashOf({ "certificate-authority": "ca.pem" });
  assertEquals(ofFile?.length, 64);
  assertEquals(hashOf({ "certificate-authority-data": btoa(pem) }), ofFile);
  assertEquals(hashOf({ "certificate-authority-data": btoa(`${pem}other`) }) === ofFile, false);
  assertEquals(hashOf({}), undefined);
  Deno.removeSync(folder, { recursive: true });
});
