/** The faults of a Redis. */
import type { RedisServer } from "../support/redis_server.ts";
import type { Fault } from "./trouble.ts";

export function redisFaults(redis: RedisServer): Fault[] {
  const set = (parameter: string, value: string) => redis.command("CONFIG", "SET", parameter, value);
  return [
    {
      name: "it is killed, and comes back with an older dump",
      async begin() {
        await redis.kill();
        return () => redis.start();
      },
    },
    {
      name: "it stands still",
      begin() {
        redis.pause();
        return () => redis.resume();
      },
    },
    {
      name: "its connections are cut",
      begin: async () => void await redis.command("CLIENT", "KILL", "TYPE", "normal"),
    },
    { name: "it loses everything", begin: async () => void await redis.command("FLUSHALL") },
    {
      name: "its memory is full",
      async begin() {
        await set("maxmemory", "1mb");
        return () => set("maxmemory", "0");
      },
    },
    {
      name: "it is a replica",
      async begin() {
        await redis.command("REPLICAOF", "127.0.0.1", redis.tlsPort);
        return () => redis.command("REPLICAOF", "NO", "ONE");
      },
    },
    {
      name: "another one has the lease",
      async begin() {
        await redis.command("SET", "astrolabe:lease", "another", "PX", 60_000);
        return () => redis.command("DEL", "astrolabe:lease");
      },
    },
  ];
}
