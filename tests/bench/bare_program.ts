/**
 * Serves prepared answers, to measure the most that Hono on Deno can reach: bytes at `/<size>` for every
 * size on the command line, and an empty 304 at `/not-modified`. Prints its address.
 */
import { Hono } from "hono";

const app = new Hono();
app.get("/not-modified", (c) => c.body(null, 304));
for (const size of Deno.args) {
  const bytes = new Uint8Array(Number(size)).fill(0x20);
  app.get(`/${size}`, (c) => c.body(bytes, 200, { "content-type": "application/json" }));
}

const { addr } = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, app.fetch);
console.log(
  JSON.stringify({ ts: new Date().toISOString(), msg: "Serving", url: `http://127.0.0.1:${addr.port}` }),
);
