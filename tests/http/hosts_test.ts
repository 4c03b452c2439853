/** The host that a request asks for: it must be one, and an allowed one, wherever it stands. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { isLoopback, matchesHost } from "../../src/model/host.ts";
import { Api } from "./api.ts";

const PROBES = ["/livez", "/readyz", "/health", "/metrics"];
const OTHERS = ["/openapi.json", "/api/v1/graph", "/api/v1/kinds", "/api/v1/resources/x", "/none"];

async function status(api: Api, path: string, host?: string): Promise<number> {
  const response = await api.request(path, host === undefined ? {} : { headers: { host } });
  await response.body?.cancel();
  return response.status;
}

for (const host of ["<x>", "a b", "[::1", "a/api/v1/namespaces#", "a?b", "user@a", "a:99999", "a,b"]) {
  Deno.test(`Hosts, ${host} is refused on every path`, async () => {
    const api = new Api();
    for (const path of [...PROBES, ...OTHERS]) {
      const [status, code] = await api.failure(path, { headers: { host } });
      assertEquals([path, status, code], [path, 400, "invalid_host"]);
    }
  });
}

Deno.test("Hosts, the host of the URL is checked too: an absolute target, or the authority of HTTP/2", async () => {
  const api = new Api([], { allowsHost: isLoopback });
  assertEquals(await status(api, "http://localhost:1/api/v1/kinds"), 200);
  assertEquals(await status(api, "http://evil.example/api/v1/kinds"), 400);
  assertEquals(await status(api, "http://evil.example/api/v1/kinds", "localhost"), 400);
  assertEquals(await status(api, "http://localhost/api/v1/kinds", "evil.example"), 400);
});

Deno.test("Hosts, on a loopback address only loopback names and addresses are allowed", async () => {
  const api = new Api([], { allowsHost: isLoopback });
  for (const path of OTHERS) {
    const [status, code, message] = await api.failure(path, { headers: { host: "evil.example:8080" } });
    assertEquals([path, status, code], [path, 400, "invalid_host"]);
    assertStringIncludes(message, "--allowed-hosts");
  }
  for (const host of ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST."]) {
    assertEquals([host, await status(api, "/api/v1/kinds", host)], [host, 200]);
  }
});

Deno.test("Hosts, probes and metrics are answered to the Pod's address", async () => {
  const api = new Api([], { allowsHost: (host) => matchesHost(host, ["graph.example.com", "localhost"]) });
  for (const path of PROBES) assertEquals([path, await status(api, path, "10.1.2.3:8080")], [path, 200]);
  assertEquals(await status(api, "/api/v1/kinds", "10.1.2.3:8080"), 400);
  assertEquals(await status(api, "/api/v1/kinds", "graph.example.com"), 200);
});

Deno.test("Hosts, an empty Host header counts as none", async () => {
  assertEquals(await status(new Api([], { allowsHost: isLoopback }), "/api/v1/kinds", ""), 200);
});
