import type { Redis } from "ioredis";
import type { Script, ScriptCall } from "./script.ts";

/**
 * Calls the script once for each list of arguments, in one pipeline. Returns the replies, errors among them.
 */
export async function runScript(
  client: Redis,
  script: Script,
  calls: readonly ScriptCall[],
): Promise<unknown[]> {
  const replies = await callAll(client, script, calls);
  const unknown = [...replies.keys()].filter((i) => isNoScript(replies[i]));
  if (unknown.length === 0) return replies;

  // Redis has lost its scripts, or has never had this one.
  await client.script("LOAD", script.text);
  const again = await callAll(client, script, unknown.flatMap((i) => calls[i] ? [calls[i]] : []));
  unknown.forEach((i, nth) => replies[i] = again[nth]);
  return replies;
}

async function callAll(client: Redis, { sha }: Script, calls: readonly ScriptCall[]): Promise<unknown[]> {
  const pipeline = client.pipeline();
  // Pass one array: the arguments of a large batch do not fit on the stack.
  for (const call of calls) pipeline.call("evalsha", sha, call as unknown as string);
  return (await pipeline.exec() ?? []).map(([error, reply]) => error ?? reply);
}

function isNoScript(reply: unknown): boolean {
  return reply instanceof Error && reply.message.startsWith("NOSCRIPT");
}
