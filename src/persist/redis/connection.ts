/**
 * One connection to one server, with an ioredis client of its own. It never reconnects, queues nothing and
 * sends nothing twice. When it ends, all pending commands fail. A server that sends nothing while a command is
 * pending counts as unreachable.
 */
import { Redis, type RedisOptions } from "ioredis";
import { readTextFile } from "../../read_text_file.ts";

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

export interface RedisLogin {
  readonly username?: string | undefined;
  /** Read for each connection, since a file may hold it. */
  readonly password?: (() => string) | undefined;
}

/** Paths of PEM files, read for each connection. */
export interface RedisTls {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface ConnectionOptions extends RedisLogin {
  /** Unset: no TLS. */
  readonly tls?: RedisTls | undefined;
  /** Milliseconds after which the connection ends if a command is pending and the server sends nothing. */
  readonly silence: number;
}

/** The time that a server has to notice that the client disconnects, in milliseconds. */
const PARTING_MS = 200;

export class Connection {
  readonly client: Redis;
  /** Resolves when the socket is closed. */
  readonly ended: Promise<void>;
  readonly #options: ConnectionOptions;
  #reason: unknown;
  #isLeft = false;

  /** @throws {Error} if a file of `tls` cannot be read. */
  constructor(address: RedisAddress, options: ConnectionOptions) {
    this.#options = options;
    this.client = new Redis(clientOptions(address, options));
    this.client.on("error", (error) => this.#reason ??= error);
    this.ended = new Promise((resolve) => this.client.once("end", () => resolve()));
  }

  /** The first reason for which the connection ended or failed. */
  get reason(): unknown {
    return this.#reason ?? "Connection is closed";
  }

  /** Connects and logs in. Rejects if the server refuses, or if the file of the password cannot be read. */
  async open(): Promise<void> {
    const { username, password } = this.#options;
    const { client } = this;
    await client.connect();
    const secret = password?.();
    if (secret !== undefined) await (username ? client.auth(username, secret) : client.auth(secret));
    await client.ping();
  }

  /** Ends the connection; safe to call at any time and more than once. */
  leave(reason?: unknown): void {
    this.#reason ??= reason;
    if (this.#isLeft || this.client.status === "end") return;
    this.#isLeft = true;
    this.client.disconnect();
  }
}

/** Returns the address as it appears in logs and errors. */
export function addressText({ host, port }: RedisAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function clientOptions({ host, port }: RedisAddress, { tls, silence }: ConnectionOptions) {
  return {
    host,
    port,
    ...(tls && {
      tls: {
        ...(tls.ca === undefined ? {} : { ca: readTextFile(tls.ca) }),
        ...(tls.cert === undefined ? {} : { cert: readTextFile(tls.cert) }),
        ...(tls.key === undefined ? {} : { key: readTextFile(tls.key) }),
      },
    }),
    // The client's own greeting writes warnings to the console, and keeps the password.
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    lazyConnect: true,
    retryStrategy: null,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    connectTimeout: silence,
    socketTimeout: silence,
    disconnectTimeout: PARTING_MS,
  } satisfies RedisOptions;
}
