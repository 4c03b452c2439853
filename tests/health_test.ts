import { assertEquals, assertStringIncludes } from "@std/assert";
import { readConfig } from "../src/config.ts";
import { health } from "../src/health.ts";

async function ask(port: number): Promise<string | undefined> {
  const flags = new Map([["port", [`${port}`]]] as const);
  return await health(readConfig("health", flags, { get: () => undefined }));
}

async function asking(handler: () => Response, port = 0): Promise<string | undefined> {
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, handler);
  try {
    return await ask(server.addr.port);
  } finally {
    await server.shutdown();
  }
}

Deno.test("health(), is well where the server is ready", async () => {
  assertEquals(await asking(() => new Response("ok")), undefined);
});

Deno.test("health(), says what a server that is not ready says", async () => {
  assertStringIncludes(
    await asking(() => new Response("[-]graph failed: not listed", { status: 503 })) ?? "",
    "answered 503: [-]graph failed: not listed",
  );
});

Deno.test("health(), says why there is no answer", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  assertStringIncludes(await ask(port) ?? "", "ECONNREFUSED");
});

Deno.test("health(), asks on a port that browsers do not", async () => {
  assertEquals(await asking(() => new Response("ok"), 10080), undefined);
});
