import type { IncomingMessage } from "node:http";
import { hostPort } from "../model/host.ts";
import type { Config } from "./config.ts";

const ANSWER_TIMEOUT_MS = 5_000;
/** Loopback addresses to ask where the server listens on all addresses. */
const LOOPBACK = new Map([["0.0.0.0", "127.0.0.1"], ["::", "::1"]]);

/** Probes the server for a container health check. Returns undefined if it is healthy, otherwise the reason. */
export async function probeHealth(
  { url, port, bindAddress }: Config,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<string | undefined> {
  const host = hostPort(LOOPBACK.get(bindAddress) ?? bindAddress, port);
  const target = url ?? new URL(`http://${host}/readyz`);
  try {
    const { status, text } = await ask(target, timeoutMs);
    return status >= 200 && status < 300 ? undefined : `${target} answered ${status}: ${text.trim()}`;
  } catch (error) {
    return `${target} did not answer: ${(error as Error).message}`;
  }
}

/** Does not use fetch, which refuses some ports that a server may listen on, such as 10080. */
async function ask(target: URL, timeoutMs: number): Promise<{ status: number; text: string }> {
  const { get } = target.protocol === "https:" ? await import("node:https") : await import("node:http");
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const request = get(target, (response: IncomingMessage) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (more: string) => text += more);
    response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    response.on("error", reject);
  });
  request.on("error", reject);
  const timer = setTimeout(() => {
    reject(new Error(`no answer within ${timeoutMs / 1000} s`));
    request.destroy();
  }, timeoutMs);
  return await promise.finally(() => clearTimeout(timer));
}
