/**
 * A locator finds the server that takes writes, before each connection. There are three: `direct` has a fixed
 * address, `SentinelLocator` asks Sentinels for the master, and `ClusterLocator` asks nodes of a Redis
 * Cluster for the owner of the slot that holds all keys. The latter two use separate short connections, to
 * one server after the other.
 *
 * We do not use the support of ioredis for Sentinel and Cluster: it keeps one client over many connections
 * and may send a command again, but a lease token must not outlive its connection.
 */
import { addressText, Connection, type ConnectionOptions, type RedisAddress } from "./connection.ts";
import { explainRedisError } from "./errors.ts";

export interface Locator {
  /** The name of the target, for the log. */
  readonly name: string;
  /** Whether the server may change while the configured address stays the same. */
  readonly isMovable: boolean;
  /** @throws {Error} whose message is a complete sentence that tells why no server was found. */
  locate(signal: AbortSignal): Promise<RedisAddress>;
  /**
   * Checks that a connection has reached the right kind of server.
   *
   * @throws {Error} that tells what the server is instead.
   */
  confirm(connection: Connection): Promise<void>;
}

/** Returns the locator of a server whose address does not change. */
export function direct(address: RedisAddress): Locator {
  return {
    name: addressText(address),
    isMovable: false,
    locate: () => Promise.resolve(address),
    confirm: () => Promise.resolve(),
  };
}

/** The time limit for the answer of one server, in milliseconds. */
export const ASK_TIMEOUT_MS = 1_000;

export interface AskOptions extends Omit<ConnectionOptions, "silence"> {
  /** The name of such servers in errors, such as `Sentinel`. */
  readonly role: string;
  readonly question: (connection: Connection, address: RedisAddress) => Promise<RedisAddress>;
}

/** An answer that does not tell where the data is. The message continues the name of the server. */
export class NoAnswer extends Error {}

/**
 * Asks the servers in order until one answers. Returns the answer and the index of the server.
 *
 * @throws {Error} that names each server and the reason why it gave no answer.
 */
export async function askInTurn(
  servers: readonly RedisAddress[],
  { role, question, ...options }: AskOptions,
  signal: AbortSignal,
): Promise<{ answer: RedisAddress; place: number }> {
  const failures: string[] = [];
  for (const [place, server] of servers.entries()) {
    if (signal.aborted) break;
    try {
      return { answer: await ask(server, { ...options, question }, signal), place };
    } catch (error) {
      const asked = `${role} ${addressText(server)}`;
      const isAnswer = error instanceof NoAnswer;
      failures.push(isAnswer ? `${asked} ${error.message}` : explainRedisError(asked, error).message);
    }
  }
  throw new Error(failures.join("; "));
}

async function ask(
  server: RedisAddress,
  { question, ...options }: Omit<AskOptions, "role">,
  signal: AbortSignal,
): Promise<RedisAddress> {
  const connection = new Connection(server, { ...options, silence: ASK_TIMEOUT_MS });
  const abort = () => connection.leave();
  signal.addEventListener("abort", abort);
  try {
    await connection.open();
    return await question(connection, server);
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    connection.leave(error);
    throw connection.reason;
  } finally {
    connection.leave();
    await connection.ended;
    signal.removeEventListener("abort", abort);
  }
}
