/** Clients that use up all file descriptors. The server survives, logs it, and continues. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";

const OPEN_FILES = 150;
const DEMO = ["demo", "--objects=100"];

/** Opens connections, and keeps those that the server does not refuse. Each sends `text`. */
async function connect(astrolabe: Astrolabe, { count, text }: { count: number; text: string }) {
  const { hostname, port } = new URL(astrolabe.url);
  const connections: Deno.TcpConn[] = [];
  for (let i = 0; i < count; i++) {
    try {
      const connection = await Deno.connect({ hostname, port: Number(port) });
      connections.push(connection);
      await connection.write(new TextEncoder().encode(text));
    } catch {
      // The server refuses connections while it pauses.
    }
  }
  return connections;
}

for (
  const [what, text] of [
    ["idle connections", ""],
    ["half requests", "GET / HTTP/1.1\r\nhost: "],
    ["connections with an answered request", "GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n"],
  ] as const
) {
  Deno.test(`Open files, ${what} up to the limit leave the server answering`, async () => {
    const astrolabe = await Astrolabe.limited({ openFiles: OPEN_FILES }, ...DEMO);
    const connections: Deno.TcpConn[] = [];
    try {
      await astrolabe.ready();
      for (let round = 0; round < 2; round++) {
        connections.push(...await connect(astrolabe, { count: 2 * OPEN_FILES, text }));
        await holds(() => assertStringIncludes(astrolabe.output, "Cannot accept connections"));
        await holds(async () => assertEquals((await astrolabe.text("/readyz")).status, 200));
      }
      await holds(async () =>
        assertMatch((await astrolabe.text("/metrics")).text, /^astrolabe_http_accept_errors_total [1-9]/m)
      );
      const lines = astrolabe.output.split("\n").filter((line) => line.includes("Too many open files"));
      assertEquals(lines.every((line) => line.includes("Cannot accept connections")), true, lines.join("\n"));
      assertMatch(astrolabe.output, /WARN +The limit of open files is low.* canOpen=\d+/);
    } finally {
      for (const connection of connections) connection.close();
      assertEquals(await astrolabe.stop(), 0);
    }
  });
}

Deno.test("Open files, a limit that is high enough causes no warning", async () => {
  const astrolabe = await Astrolabe.limited({ openFiles: 2_000 }, ...DEMO);
  await astrolabe.ready();
  await astrolabe.stop();
  assertEquals(astrolabe.output.includes("limit of open files"), false);
});
