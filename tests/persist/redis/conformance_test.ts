import { LEASE_KEY } from "../../../src/persist/format/keys.ts";
import { hasRedisServer, RedisServer } from "../../support/redis_server.ts";
import { RunningStore } from "../../support/redis_store.ts";
import { testStore } from "../store_conformance.ts";

testStore({
  name: "RedisStore",
  ignore: !hasRedisServer,
  async open() {
    const server = await RedisServer.start();
    const running = await new RunningStore(server).connected();
    return {
      store: running.store,
      async pass(milliseconds) {
        const left = Number(await server.command("PTTL", LEASE_KEY)) - milliseconds;
        await server.command("PEXPIRE", LEASE_KEY, left);
      },
      async [Symbol.asyncDispose]() {
        await running[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  },
});
