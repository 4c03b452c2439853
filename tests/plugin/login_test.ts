/** To whom the plugin sends the user's token. */
import { assertEquals, assertRejects } from "@std/assert";
import { isPrivate, tokenOf } from "../../src/plugin/login.ts";
import { PluginError } from "../../src/plugin/plugin_error.ts";
import { ask, serverAt } from "../../src/plugin/server.ts";

const FLAGS = { kubeconfig: undefined, context: undefined };

Deno.test("serverAt() sends the user's token once the server asks for one, and from then on", async () => {
  const heard: (string | null)[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const authorization = request.headers.get("authorization");
    heard.push(authorization);
    return authorization === "Bearer mine" ? Response.json("yes") : new Response("no", { status: 401 });
  });
  let logins = 0;
  const login = () => Promise.resolve((logins++, "mine"));
  const asked = serverAt(`http://127.0.0.1:${server.addr.port}`, { login });
  assertEquals([await ask(asked, "/a"), await ask(asked, "/b")], ["yes", "yes"]);
  assertEquals([heard, logins], [[null, "Bearer mine", "Bearer mine"], 1]);
});

Deno.test("serverAt() sends no other token than the one that is named", async () => {
  const heard: (string | null)[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    heard.push(request.headers.get("authorization"));
    return new Response("no", { status: 401 });
  });
  const asked = serverAt(`http://127.0.0.1:${server.addr.port}`, {
    token: "named",
    login: () => Promise.resolve("mine"),
  });
  await assertRejects(() => ask(asked, "/a"), PluginError);
  assertEquals(heard, ["Bearer named"]);
});

Deno.test("tokenOf() says so if the user logs in with a client certificate, and offers --local", async () => {
  const login = () => Promise.resolve({ token: undefined, hasCertificate: true });
  await assertRejects(
    () => tokenOf(FLAGS, login),
    PluginError,
    "logs in with a client certificate: use --local",
  );
});

const URLS: readonly [url: string, expected: boolean][] = [
  ["https://graph.example.com", true],
  ["http://localhost:8080", true],
  ["http://127.0.0.1", true],
  ["http://[::1]:8080", true],
  ["http://graph.example.com", false],
  ["http://127.0.0.1.example.com", false],
  ["http://localhost.example.com", false],
];

for (const [url, expected] of URLS) {
  Deno.test(`isPrivate(), ${url} is ${expected ? "" : "not "}private`, () => {
    assertEquals(isPrivate(url), expected);
  });
}
