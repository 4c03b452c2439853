/** The server on real sockets, with a clock that stands still until it is advanced. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Server } from "../../src/http/server.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingLog } from "../support/recording_log.ts";
import { Api } from "./api.ts";
import { object } from "./objects.ts";

/** Answers that are larger than what sockets and their buffers hold. */
function hugeApi(): Api {
  const note = "x".repeat(60);
  const labels = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`label-${i}`, note]));
  const objects = Array.from({ length: 5_000 }, (_, i) => {
    const bulky = object("ConfigMap", `n/bulky-${i}`);
    return { ...bulky, metadata: { ...bulky.metadata, labels } };
  });
  return new Api(objects);
}

async function withServer(
  handler: Deno.ServeHandler,
  use: (parts: { server: Server; clock: FakeClock; log: RecordingLog }) => Promise<void>,
  { clock, log }: { clock: FakeClock; log: RecordingLog } = {
    clock: new FakeClock(),
    log: new RecordingLog(),
  },
): Promise<void> {
  const server = new Server(handler, { hostname: "127.0.0.1", port: 0, log, clock });
  let isClosed = false;
  try {
    await use({ server, clock, log });
  } finally {
    const closed = server.close().then(() => isClosed = true);
    await eventually(() => {
      clock.advance(1_000);
      return isClosed;
    });
    await closed;
  }
}

/** Sends a request, and reads no more than the beginning of the answer. */
async function stall({ port }: Server, path: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`));
  await connection.read(new Uint8Array(15));
  return connection;
}

function warnings({ lines }: RecordingLog): string[] {
  return lines.filter((line) => !line.startsWith("verbose"));
}

/** Reads until the server closes the connection. */
async function drain(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1 << 20);
  while (await connection.read(buffer).catch(() => null) !== null);
}

Deno.test("Server, stalled readers on three sockets do not lock out another client", async () => {
  const api = hugeApi();
  await withServer(api.fetch, async ({ server, clock, log }) => {
    const paths = ["/api/v1/graph?labels=true", "/api/v1/resources", "/api/v1/graph?labels=true&q=b"];
    const stalled = await Promise.all(paths.map((path) => stall(server, path)));
    let answer: Response | undefined;
    fetch(`http://127.0.0.1:${server.port}/api/v1/graph?labels=true&q=bulk`).then((it) => answer = it);
    await eventually(() => {
      clock.advance(100);
      return answer !== undefined;
    });
    assertEquals([answer?.status, (await answer?.json()).nodes.length], [200, 5_000]);
    assertMatch(
      warnings(log)[0] ?? "",
      /^warn: Cut a response \{"reason":"The client read too slowly[^\n]*$/,
    );
    for (const connection of stalled) connection.close();
  }, api);
});

Deno.test("Server, an abandoned response is one line in the log, and the client sees a cut", async () => {
  const api = hugeApi();
  await withServer(api.fetch, async ({ server, clock, log }) => {
    const connection = await stall(server, "/api/v1/graph?labels=true");
    await eventually(() => {
      clock.advance(1_000);
      return warnings(log).length > 0;
    });
    assertEquals(warnings(log), [
      'warn: Cut a response {"reason":"The client took nothing for 30 s"}',
    ]);
    await drain(connection);
    connection.close();
  }, api);
});

Deno.test("Server, close() waits three seconds for a client that does not read", async () => {
  const api = hugeApi();
  await withServer(api.fetch, async ({ server, clock }) => {
    const connection = await stall(server, "/api/v1/graph?labels=true");
    let isClosed = false;
    const closed = server.close().then(() => isClosed = true);
    clock.advance(2_999);
    await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
    assertEquals(isClosed, false);
    clock.advance(1);
    await closed;
    connection.close();
  }, api);
});

for (const text of ["", "GET / HTTP/1.1\r\nhost: ", "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"]) {
  Deno.test(`Server, close() does not wait for a connection that sent ${JSON.stringify(text)}`, async () => {
    await withServer(() => new Response("ok"), async ({ server }) => {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      await connection.write(new TextEncoder().encode(text));
      if (text.endsWith("\r\n\r\n")) await connection.read(new Uint8Array(1_000));
      // The clock stands still.
      await server.close();
    });
  });
}

Deno.test("Server, close() waits for a request under way", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  let isAsked = false;
  await withServer(() => (isAsked = true, promise), async ({ server }) => {
    const answer = fetch(server.url);
    await eventually(() => isAsked);
    let isClosed = false;
    const closed = server.close().then(() => isClosed = true);
    assertEquals(isClosed, false);
    resolve(new Response("done"));
    assertEquals(await (await answer).text(), "done");
    await closed;
  });
});

Deno.test("Server, a port that is taken is an error", () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const log = new RecordingLog();
  try {
    new Server(() => new Response(), { hostname: "127.0.0.1", port, log, clock: new FakeClock() });
  } catch (error) {
    assert(error instanceof Deno.errors.AddrInUse);
    return;
  }
  throw new Error("it listened");
});

Deno.test("Server, the URL of an IPv6 address has brackets", async () => {
  const log = new RecordingLog();
  const server = new Server(() => new Response(), { hostname: "::1", port: 0, log, clock: new FakeClock() });
  assertEquals(server.url, `http://[::1]:${server.port}`);
  await server.close();
});

Deno.test("Server.retire(), asks clients with every answer to connect anew", async () => {
  await withServer(() => new Response("hi"), async ({ server }) => {
    const ask = async () => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: x\r\n\r\n"));
      const buffer = new Uint8Array(1_024);
      const size = await connection.read(buffer) ?? 0;
      connection.close();
      return new TextDecoder().decode(buffer.subarray(0, size));
    };
    assertEquals(/^connection:/im.test(await ask()), false);
    server.retire();
    assertMatch(await ask(), /^connection: close\r$/im);
  });
});
