import { assertEquals, assertStringIncludes } from "@std/assert";
import { readConfig } from "../../src/cli/config.ts";
import { probeHealth } from "../../src/cli/health_probe.ts";

async function ask(port: number, timeoutMs?: number): Promise<string | undefined> {
  const flags = new Map([["port", [`${port}`]]] as const);
  return await probeHealth(readConfig("health", flags, { get: () => undefined }), timeoutMs);
}

async function asking(
  handler: () => Response,
  { port = 0, timeoutMs }: { port?: number; timeoutMs?: number } = {},
): Promise<string | undefined> {
  const stop = new AbortController();
  const { signal } = stop;
  const server = Deno.serve({ hostname: "127.0.0.1", port, signal, onListen() {} }, handler);
  try {
    return await ask(server.addr.port, timeoutMs);
  } finally {
    stop.abort();
    await server.finished;
  }
}

Deno.test("probeHealth(), returns undefined where the server is ready", async () => {
  assertEquals(await asking(() => new Response("ok")), undefined);
});

Deno.test("probeHealth(), says what a server that is not ready says", async () => {
  assertStringIncludes(
    await asking(() => new Response("[-]graph failed: not listed", { status: 503 })) ?? "",
    "answered 503: [-]graph failed: not listed",
  );
});

Deno.test("probeHealth(), says why there is no answer", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  assertStringIncludes(await ask(port) ?? "", "ECONNREFUSED");
});

Deno.test("probeHealth(), asks on a port that browsers do not", async () => {
  const answers = [10080, 6667, 6000, 5061].map((port) => asking(() => new Response("ok"), { port }));
  // Whichever of them is taken by something else.
  const free = (await Promise.allSettled(answers)).filter(({ status }) => status === "fulfilled");
  assertEquals(free[0], { status: "fulfilled", value: undefined });
});

Deno.test("probeHealth(), does not wait for a server that never ends its answer", async () => {
  let timer: ReturnType<typeof setInterval> | undefined;
  const dripping = () =>
    new Response(
      new ReadableStream({
        start: (controller) => void (timer = setInterval(() => controller.enqueue(new Uint8Array(1)), 20)),
        cancel: () => clearInterval(timer),
      }),
    );
  try {
    assertStringIncludes(await asking(dripping, { timeoutMs: 200 }) ?? "", "no answer within 0.2 s");
  } finally {
    clearInterval(timer);
  }
});
