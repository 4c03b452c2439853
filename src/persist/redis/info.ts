import type { StoreInfo } from "../store.ts";

export interface MoreInfo {
  readonly keys: number | undefined;
  /** The setting `save`. Undefined if it cannot be read. */
  readonly save?: string | undefined;
}

/**
 * Reads the answer of the command INFO, in which lines are `field:value`.
 * https://redis.io/docs/latest/commands/info/
 */
export function readRedisInfo(info: string, { keys, save }: MoreInfo): StoreInfo {
  const fields = new Map(
    info.split("\r\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)] as const;
    }),
  );
  const number = (field: string) => {
    const value = fields.get(field);
    return value === undefined ? undefined : Number(value);
  };
  const appends = fields.get("aof_enabled") === "1";
  return {
    runId: fields.get("run_id") ?? "",
    replicationId: fields.get("master_replid") ?? "",
    keys,
    evictedKeys: number("evicted_keys"),
    usedMemory: number("used_memory"),
    maxMemory: number("maxmemory"),
    maxMemoryPolicy: fields.get("maxmemory_policy"),
    // INFO does not tell whether snapshots are on. Without the setting `save`, that is unknown.
    durable: appends || save !== undefined ? appends || save !== "" : undefined,
  };
}
