/** A rolling update behind a load balancer that learns late of endpoints. No request may fail. */
import { assert, assertEquals } from "@std/assert";
import { hasRedisServer } from "../support/redis_server.ts";
import { Replicas } from "../support/replicas.ts";
import { RollingUpdate } from "../support/rolling_update.ts";

const CLIENTS = 8;

for (
  const [how, options] of [
    ["new connections", { poolMaxIdlePerHost: 0 }],
    ["lasting connections", {}],
  ] as const
) {
  Deno.test({
    name: `A rolling update, fails no request over ${how}`,
    ignore: !hasRedisServer,
    async fn() {
      await using replicas = await Replicas.open({ topology: "direct" });
      await using update = new RollingUpdate(replicas);
      for (let i = 0; i < 2; i++) await update.add();
      const stop = new AbortController();
      const clients = Array.from(
        { length: CLIENTS },
        () => load(update.url, options, stop.signal),
      );
      await update.replaceOldest();
      stop.abort();
      const counts = await Promise.all(clients);
      assertEquals(counts.flatMap(({ failures }) => failures), []);
      assert(counts.every(({ answers }) => answers > 0));
      await replicas.atRest();
    },
  });
}

async function load(url: string, options: Deno.CreateHttpClientOptions, signal: AbortSignal) {
  const client = Deno.createHttpClient(options);
  const failures: string[] = [];
  let answers = 0;
  while (!signal.aborted) {
    try {
      const response = await fetch(`${url}/api/v1/releases`, { client });
      await response.body?.cancel();
      if (response.status === 200) answers++;
      else failures.push(`status ${response.status}`);
    } catch (error) {
      failures.push(`${error}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  client.close();
  return { failures, answers };
}
