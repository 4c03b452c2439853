import type { Clock } from "../model/clock.ts";
import { readText } from "./body.ts";
import type { KubeClient, KubePost, KubeRequest } from "./client.ts";
import { ConnectionError } from "./errors.ts";
import { Watchdog } from "./request.ts";

interface Patience {
  readonly clock: Clock;
  /** The longest time without a byte, in milliseconds. */
  readonly idleTimeout: number;
}

export type TextRequest = KubeRequest & Patience;

interface WholeAnswer {
  readonly response: Response;
  readonly text: string;
}

/**
 * Fetches a whole answer, of any status.
 *
 * @throws {ConnectionError} if it breaks off or becomes silent.
 */
export async function fetchText(
  client: Pick<KubeClient, "fetch">,
  path: string,
  request: TextRequest,
): Promise<WholeAnswer> {
  return await readWhole((signal) => client.fetch(path, { ...request, signal }), request);
}

/** Does the same with a POST. */
export async function postText(
  client: Pick<KubeClient, "post">,
  path: string,
  request: KubePost & Patience,
): Promise<WholeAnswer> {
  return await readWhole((signal) => client.post(path, { ...request, signal }), request);
}

async function readWhole(
  send: (signal: AbortSignal) => Promise<Response>,
  { clock, idleTimeout, signal }: Patience & { readonly signal: AbortSignal },
): Promise<WholeAnswer> {
  const dog = new Watchdog(() => idleTimeout, { clock, signal });
  try {
    const response = await send(dog.signal);
    dog.heard();
    return { response, text: await readText(response, { signal: dog.signal, onBytes: dog.heard }) };
  } catch (error) {
    if (dog.bit) throw new ConnectionError(`silent for ${idleTimeout / 1000} s`, { cause: error });
    throw error;
  } finally {
    dog.stop();
  }
}
