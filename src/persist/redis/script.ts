/**
 * The scripts for atomic writes: they compare the token of the lease, then write. Writes that need memory
 * come first, because Redis decides at a script's first write whether it has enough. So a call is never half
 * done.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Batch } from "../store.ts";

export interface Script {
  readonly text: string;
  /** Its name for EVALSHA. */
  readonly sha: string;
}

/** The number of keys, the keys, then the arguments. */
export type ScriptCall = readonly [keys: number, ...(string | number | Buffer)[]];

/**
 * KEYS: the lease, then those to set, to add to, to delete, to remove from. ARGV: the token, the first three
 * counts, then values and members in the order of their keys. The script replaces a key that should be a set
 * and is not. It sets many keys with one MSET, because Redis sends each command of a script to its replicas and
 * to its append-only file. `unpack` takes some thousand values at most.
 */
export const WRITE = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local set = 1 + ARGV[2]
local added = set + ARGV[3]
local deleted = added + ARGV[4]

local function change(command, key, member)
  local reply = redis.pcall(command, key, member)
  if type(reply) ~= 'table' or not reply.err then return end
  if not string.find(reply.err, 'WRONGTYPE', 1, true) then error(reply.err) end
  redis.call('DEL', key)
  redis.call(command, key, member)
end

for from = 2, set, 1000 do
  local pairs = {}
  for i = from, math.min(from + 999, set) do
    pairs[#pairs + 1] = KEYS[i]
    pairs[#pairs + 1] = ARGV[i + 3]
  end
  redis.call('MSET', unpack(pairs))
end
for i = set + 1, added do change('SADD', KEYS[i], ARGV[i + 3]) end
for i = added + 1, deleted do redis.call('DEL', KEYS[i]) end
for i = deleted + 1, #KEYS do change('SREM', KEYS[i], ARGV[i + 3 - ARGV[4]]) end
return 1
`);

/**
 * Prolongs the token's lease by the given milliseconds (1), or gives it a free one (2). The script must not
 * need memory at its first write, or a full Redis would refuse it. Then no process could send the deletions
 * that free memory.
 */
export const LEASE = script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return holder and 1 or 2
`);

/** Frees the lease if the token holds it. */
export const RELEASE = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);

export interface WriteCallOptions {
  readonly lease: string;
  readonly token: string;
  /** The name of a key in the database. */
  readonly nameOf: (key: string) => string;
}

export function writeCall(batch: Batch, { lease, token, nameOf }: WriteCallOptions): ScriptCall {
  const { set, add, delete: deleted, remove } = batch;
  const call: [number, ...(string | number | Buffer)[]] = [
    1 + set.length + add.length + deleted.length + remove.length,
    lease,
  ];
  for (const [key] of set) call.push(nameOf(key));
  for (const [key] of add) call.push(nameOf(key));
  for (const key of deleted) call.push(nameOf(key));
  for (const [key] of remove) call.push(nameOf(key));
  call.push(token, set.length, add.length, deleted.length);
  for (const [, value] of set) call.push(typeof value === "string" ? value : toBuffer(value));
  for (const [, member] of add) call.push(member);
  for (const [, member] of remove) call.push(member);
  return call;
}

function script(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

/** Converts to Buffer, the only type that the client sends as bytes. */
function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
