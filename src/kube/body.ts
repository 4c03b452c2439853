/**
 * Reads a response's body piece by piece, with one recycled buffer instead of garbage.
 *
 * This function checks the signal itself, although fetch has it too: an abort does not reach the body of a
 * response that has been garbage collected, and nothing keeps the response alive while its body is read.
 */
import { ConnectionError } from "./errors.ts";

const BUFFER_SIZE = 64 * 1024;

export interface BodyOptions {
  readonly signal: AbortSignal;
  /** Called with a view that is valid only until it returns. */
  onChunk(chunk: Uint8Array): void;
}

/**
 * Reads to the end.
 *
 * @throws {ConnectionError} if the connection breaks, and the signal's reason if it aborts.
 */
export async function readBody({ body }: Response, { signal, onChunk }: BodyOptions): Promise<void> {
  if (body === null) return;
  const reader = body.getReader({ mode: "byob" });
  // Not awaited: a cancelled body may settle late, and its outcome does not matter.
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  let buffer = new ArrayBuffer(BUFFER_SIZE);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read(new Uint8Array(buffer)).catch(broken);
      if (done || value === undefined) break;
      buffer = value.buffer;
      onChunk(value);
    }
    signal.throwIfAborted();
  } catch (error) {
    cancel();
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** Returns the whole body as text. Calls `onBytes` whenever a part of it has arrived. */
export async function readText(
  response: Response,
  { signal, onBytes }: { signal: AbortSignal; onBytes: () => void },
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  await readBody(response, {
    signal,
    onChunk: (chunk) => {
      onBytes();
      text += decoder.decode(chunk, { stream: true });
    },
  });
  return text + decoder.decode();
}

function broken(cause: unknown): never {
  throw new ConnectionError("the connection was cut", { cause });
}
