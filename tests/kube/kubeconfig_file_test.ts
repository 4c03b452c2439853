import { assertEquals, assertThrows } from "@std/assert";
import { parseKubeconfig, type User } from "../../src/kube/kubeconfig_file.ts";

const PATH = "/home/me/.kube/config";

function parse(file: object) {
  return parseKubeconfig(JSON.stringify(file), PATH);
}

function userOf(user: unknown): User {
  return parse({ users: [{ name: "me", user }] }).users[0] as User;
}

Deno.test("parseKubeconfig() reads every field of a cluster", () => {
  const cluster = {
    server: "https://a.test/",
    "certificate-authority": "ca.pem",
    "certificate-authority-data": "Y2E=",
    "insecure-skip-tls-verify": true,
    "tls-server-name": "name",
    "proxy-url": "http://proxy",
  };
  assertEquals(parse({ clusters: [{ name: "c", cluster }] }).clusters, [{
    name: "c",
    server: "https://a.test",
    caFile: "/home/me/.kube/ca.pem",
    caData: "Y2E=",
    skipTlsVerify: true,
    tlsServerName: "name",
    proxyUrl: "http://proxy",
  }]);
});

Deno.test("parseKubeconfig() reads every field of a user", () => {
  const user = userOf({
    token: "t",
    username: "u",
    password: 123,
    "client-certificate": "cert.pem",
    "client-certificate-data": "Y2VydA==",
    "client-key": "/keys/key.pem",
    "client-key-data": "a2V5",
    as: "other",
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "bin/plugin",
      args: ["token", 1],
      env: [{ name: "PROFILE", value: "dev" }],
      provideClusterInfo: true,
    },
  });
  assertEquals(user, {
    name: "me",
    tokenFile: undefined,
    token: "t",
    username: "u",
    password: "123",
    certFile: "/home/me/.kube/cert.pem",
    certData: "Y2VydA==",
    keyFile: "/keys/key.pem",
    keyData: "a2V5",
    impersonate: "other",
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "/home/me/.kube/bin/plugin",
      args: ["token", "1"],
      env: { PROFILE: "dev" },
      provideClusterInfo: true,
    },
  });
});

Deno.test("parseKubeconfig() leaves a plugin without a slash to PATH", () => {
  assertEquals(userOf({ exec: { command: "aws" } }).exec?.command, "aws");
});

Deno.test("parseKubeconfig() prefers a token file to a token", () => {
  const { token, tokenFile } = userOf({ token: "t", tokenFile: "token" });
  assertEquals([token, tokenFile], [undefined, "/home/me/.kube/token"]);
});

Deno.test("parseKubeconfig() takes the ID token of the auth provider oidc, and of no other", () => {
  const tokens = ["oidc", "gcp"].map((name) => {
    return userOf({ "auth-provider": { name, config: { "id-token": "id" } } }).token;
  });
  assertEquals(tokens, ["id", undefined]);
});

Deno.test("parseKubeconfig() reads a user without fields", () => {
  assertEquals([userOf(null).token, userOf(undefined).exec], [undefined, undefined]);
});

const broken: Record<string, [file: object, message: string]> = {
  "a server that is a list": [
    { clusters: [{ name: "c", cluster: { server: ["x"] } }] },
    "clusters[0].cluster.server is not a text",
  ],
  "a cluster that is a text": [
    { clusters: [{ name: "c", cluster: "x" }] },
    "clusters[0].cluster is not a mapping",
  ],
  "a context without a cluster": [
    { contexts: [{ name: "c", context: {} }] },
    "contexts[0].context.cluster is missing",
  ],
  "a plugin without a command": [
    { users: [{ name: "me", user: { exec: {} } }] },
    "users[0].user.exec.command is missing",
  ],
  "arguments that are a text": [
    { users: [{ name: "me", user: { exec: { command: "x", args: "y" } } }] },
    "users[0].user.exec.args is not a list",
  ],
  "a variable without a name": [
    { users: [{ name: "me", user: { exec: { command: "x", env: [{}] } } }] },
    "users[0].user.exec.env is missing",
  ],
};

for (const [what, [file, message]] of Object.entries(broken)) {
  Deno.test(`parseKubeconfig() names the field of ${what}`, () => {
    assertEquals(assertThrows(() => parse(file), SyntaxError).message, message);
  });
}
