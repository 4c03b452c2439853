import type { IncomingMessage } from "node:http";
import type { Config } from "./config.ts";

/** Milliseconds that an answer may take. */
const PATIENCE = 5_000;

/** What a container's health check asks of the server beside it: undefined when well, else what is wrong. */
export async function health(
  { url, port, bindAddress }: Config,
  patience = PATIENCE,
): Promise<string | undefined> {
  const everywhere = ["0.0.0.0", "::", "[::]"].includes(bindAddress);
  const host = everywhere ? "127.0.0.1" : bindAddress.includes(":") ? `[${bindAddress}]` : bindAddress;
  const target = url ?? new URL(`http://${host}:${port}/readyz`);
  try {
    const { status, text } = await ask(target, patience);
    return status >= 200 && status < 300 ? undefined : `${target} answered ${status}: ${text.trim()}`;
  } catch (error) {
    return `${target} did not answer: ${(error as Error).message}`;
  }
}

/** Not by fetch, which refuses ports that a server may well listen on, such as 10080. */
async function ask(target: URL, patience: number): Promise<{ status: number; text: string }> {
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
    reject(new Error(`no answer within ${patience / 1000} s`));
    request.destroy();
  }, patience);
  return await promise.finally(() => clearTimeout(timer));
}
