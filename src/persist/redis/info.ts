import type { StoreInfo } from "../store.ts";

/**
 * Reads what the command INFO answers, in which lines are `field:value`.
 * https://redis.io/docs/latest/commands/info/
 */
export function readRedisInfo(info: string, { keys, save }: { keys: number; save?: string }): StoreInfo {
  const fields = new Map(
    info.split("\r\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)] as const;
    }),
  );
  const [usedMemory, maxMemory, maxMemoryPolicy, appends] = [
    fields.get("used_memory"),
    fields.get("maxmemory"),
    fields.get("maxmemory_policy"),
    fields.get("aof_enabled") === "1",
  ];
  return {
    runId: fields.get("run_id") ?? "",
    replicationId: fields.get("master_replid") ?? "",
    keys,
    ...(usedMemory === undefined ? {} : { usedMemory: Number(usedMemory) }),
    ...(maxMemory === undefined ? {} : { maxMemory: Number(maxMemory) }),
    ...(maxMemoryPolicy === undefined ? {} : { maxMemoryPolicy }),
    // INFO does not say whether snapshots are on: without the setting `save` that stays unknown.
    ...(appends || save !== undefined ? { durable: appends || save !== "" } : {}),
  };
}
