import type { RedisServer } from "../support/redis_server.ts";

const REQUESTS = 500_000;

/**
 * Returns the keys per second that redis-benchmark sets, 100 in a pipeline, with values of the given bytes.
 */
export async function redisBenchmark(redis: RedisServer, valueBytes: number): Promise<number> {
  const { stdout } = await new Deno.Command("redis-benchmark", {
    args: [
      ...["-h", "127.0.0.1", "-p", `${redis.port}`, "-P", "100", "-t", "set", "--csv"],
      ...["-d", `${valueBytes}`, "-n", `${REQUESTS}`, "-r", "100000"],
    ],
    stdin: "null",
  }).output();
  const [, rate] = /^"SET","([\d.]+)"/m.exec(new TextDecoder().decode(stdout)) ?? [];
  if (rate === undefined) throw new Error("redis-benchmark gives no rate");
  return Number(rate);
}

/** Returns the average size of the stored values in bytes. */
export async function averageValue(redis: RedisServer): Promise<number> {
  let bytes = 0;
  let values = 0;
  for (const value of (await redis.dump()).values()) {
    if (typeof value !== "string") continue;
    bytes += new TextEncoder().encode(value).length;
    values++;
  }
  return Math.round(bytes / values);
}
