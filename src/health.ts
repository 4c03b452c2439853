import type { Config } from "./config.ts";

/** What a container's health check asks of the server beside it: undefined when well, else what is wrong. */
export async function health({ url, port, bindAddress }: Config): Promise<string | undefined> {
  const everywhere = ["0.0.0.0", "::", "[::]"].includes(bindAddress);
  const host = everywhere ? "127.0.0.1" : bindAddress.includes(":") ? `[${bindAddress}]` : bindAddress;
  const target = url ?? new URL(`http://${host}:${port}/readyz`);
  try {
    const response = await fetch(target, { signal: AbortSignal.timeout(5_000), redirect: "manual" });
    const answer = await response.text();
    return response.ok ? undefined : `${target} answered ${response.status}: ${answer.trim()}`;
  } catch (error) {
    return `${target} did not answer: ${(error as Error).message}`;
  }
}
