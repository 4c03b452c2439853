import {
  addressText,
  type Connection,
  type RedisAddress,
  type RedisLogin,
  type RedisTls,
} from "./connection.ts";
import { ifRefused } from "./errors.ts";
import { askInTurn, type Locator, NoAnswer } from "./locator.ts";

export interface SentinelOptions extends RedisLogin {
  readonly sentinels: readonly RedisAddress[];
  readonly master: string;
  readonly tls?: RedisTls | undefined;
}

/**
 * Finds the master that Sentinels name. An isolated Sentinel may name a server that is no longer the master.
 * So the Sentinel that was asked goes to the end of the list, and returns to the front if its answer has led
 * to a master. https://redis.io/docs/latest/develop/reference/sentinel-clients/
 */
export class SentinelLocator implements Locator {
  readonly name: string;
  readonly isMovable = true;
  readonly #options: SentinelOptions;
  #line: readonly RedisAddress[];
  /** The Sentinel that gave the last answer. */
  #asked: RedisAddress | undefined;

  constructor(options: SentinelOptions) {
    this.#options = options;
    this.#line = options.sentinels;
    this.name = `master ${options.master} of Sentinels ${options.sentinels.map(addressText).join()}`;
  }

  async locate(signal: AbortSignal): Promise<RedisAddress> {
    const { master, username, password, tls } = this.#options;
    const question = (connection: Connection) => masterAddress(connection, master);
    const { answer, place } = await askInTurn(this.#line, {
      role: "Sentinel",
      question,
      username,
      password,
      tls,
    }, signal);
    this.#asked = this.#line[place];
    this.#line = [...this.#line.slice(place + 1), ...this.#line.slice(0, place + 1)];
    return answer;
  }

  async confirm({ client }: Connection): Promise<void> {
    const [role] = await client.role().catch(ifRefused(["master"])) as [string];
    if (role !== "master") throw new Error(`it is a ${role === "slave" ? "replica" : role}, not the master`);
    const asked = this.#asked;
    if (asked !== undefined) this.#line = [asked, ...this.#line.filter((sentinel) => sentinel !== asked)];
  }
}

async function masterAddress({ client }: Connection, master: string): Promise<RedisAddress> {
  const found = await client.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", master) as [string, string] | null;
  if (found !== null) return { host: found[0], port: Number(found[1]) };
  const masters = await client.call("SENTINEL", "MASTERS").catch(ifRefused(undefined)) as
    | string[][]
    | undefined;
  const names = masters?.map((fields) => fields[fields.indexOf("name") + 1]).join(", ") || "none";
  throw new NoAnswer(
    `does not know master ${master}${masters === undefined ? "" : `; it knows: ${names}`}`,
  );
}
