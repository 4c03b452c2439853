import { assertEquals, assertRejects } from "@std/assert";
import { readBody, readText } from "../../src/kube/body.ts";
import { ConnectionError } from "../../src/kube/errors.ts";

const never = new AbortController().signal;

/** A body of these pieces, which then ends, breaks or stays silent. */
function response(pieces: string[], then: "end" | "break" | "silence" = "end"): Response {
  const left = pieces.map((piece) => new TextEncoder().encode(piece));
  return new Response(
    new ReadableStream({
      type: "bytes",
      pull(controller) {
        const piece = left.shift();
        if (piece) return controller.enqueue(piece);
        if (then === "break") return controller.error(new TypeError("reset"));
        if (then === "silence") return Promise.withResolvers<void>().promise;
        controller.close();
        controller.byobRequest?.respond(0);
      },
    }),
  );
}

Deno.test("readText() joins a character that arrives in two pieces", async () => {
  const bytes = new TextEncoder().encode("ü");
  const body = new ReadableStream({
    type: "bytes",
    start(controller) {
      controller.enqueue(bytes.slice(0, 1));
      controller.enqueue(bytes.slice(1));
      controller.close();
    },
  });
  assertEquals(await readText(new Response(body), { signal: never, onBytes: () => {} }), "ü");
});

Deno.test("readBody() reports a broken connection as a ConnectionError", async () => {
  const reading = readBody(response(["a"], "break"), { signal: never, onChunk: () => {} });
  await assertRejects(() => reading, ConnectionError, "the connection was cut");
});

Deno.test("readBody() rejects when its signal aborts, which fetch does not pass to the body", async () => {
  const stop = new AbortController();
  const reading = readBody(response(["a"], "silence"), {
    signal: stop.signal,
    onChunk: () => void setTimeout(() => stop.abort(new Error("enough"))),
  });
  await assertRejects(() => reading, Error, "enough");
});

Deno.test("readBody() passes on errors of its reader", async () => {
  const reading = readBody(response(["a"]), {
    signal: never,
    onChunk: () => {
      throw new RangeError("a bug");
    },
  });
  await assertRejects(() => reading, RangeError, "a bug");
});
