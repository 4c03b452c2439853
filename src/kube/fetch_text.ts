import type { Clock } from "../model/clock.ts";
import { readText } from "./body.ts";
import type { KubeClient, KubeRequest } from "./client.ts";
import { ConnectionError } from "./errors.ts";
import { Watchdog } from "./request.ts";

export interface TextRequest extends KubeRequest {
  readonly clock: Clock;
  /** The longest time without a byte, in milliseconds. */
  readonly idleTimeout: number;
}

/**
 * Fetches a whole answer, of any status.
 *
 * @throws {ConnectionError} if it breaks off or becomes silent.
 */
export async function fetchText(
  client: Pick<KubeClient, "fetch">,
  path: string,
  { clock, idleTimeout, signal, ...request }: TextRequest,
): Promise<{ response: Response; text: string }> {
  const dog = new Watchdog(() => idleTimeout, { clock, signal });
  try {
    const response = await client.fetch(path, { ...request, signal: dog.signal });
    dog.heard();
    return { response, text: await readText(response, { signal: dog.signal, onBytes: dog.heard }) };
  } catch (error) {
    if (dog.bit) throw new ConnectionError(`silent for ${idleTimeout / 1000} s`, { cause: error });
    throw error;
  } finally {
    dog.stop();
  }
}
