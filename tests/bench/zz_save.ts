import process from "node:process";
import { RedisServer } from "../support/redis_server.ts";
import { UnsavedGraph } from "./unsaved_graph.ts";
for (let i = 0; i < 3; i++) {
  await using redis = await RedisServer.start();
  const g = new UnsavedGraph({ objects: 30000, seed: 1 });
  const cpu = async () => {
    const t = `${await redis.command("INFO", "cpu")}`;
    return Number(/used_cpu_user:([\d.]+)/.exec(t)![1]) + Number(/used_cpu_sys:([\d.]+)/.exec(t)![1]);
  };
  const r0 = await cpu();
  const c0 = process.cpuUsage();
  const { writes, milliseconds } = await g.save(redis);
  const c = process.cpuUsage(c0);

  console.log(
    "writes",
    writes,
    "ms",
    milliseconds.toFixed(0),
    "rate",
    (writes / milliseconds * 1000).toFixed(0),
    "our cpu",
    ((c.user + c.system) / 1000).toFixed(0),
    "redis cpu",
    ((await cpu() - r0) * 1000).toFixed(0),
  );
}
