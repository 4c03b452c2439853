/**
 * The network between a client and a server, which can lose one direction or both. While a direction is lost, its
 * bytes wait and the connections stay open, as in a partition. `restore` lets the waiting bytes through, as TCP
 * does by sending them again.
 */
const HOST = "127.0.0.1";
const latin1 = new TextDecoder("latin1");

export type Direction = "to server" | "to client" | "both";

export interface TcpLinkOptions {
  /** For messages. */
  readonly name?: string;
  /** Ports that the server may name in its answers, each with the port that the client reads instead. */
  readonly renamed?: ReadonlyMap<number, number>;
  /** Called with bytes that the client has got. */
  readonly onDelivered?: ((bytes: Uint8Array) => void) | undefined;
}

/** Answers that name a server are shorter. */
const LONGEST_NAMING_ANSWER = 8_192;
/** A port as Sentinels answer it, or nodes of a Redis Cluster. */
const NAMED_PORT = /(?<=127\.0\.0\.1\r\n(?::|\$5\r\n))\d{5}(?=\r\n)/g;

export class TcpLink implements AsyncDisposable {
  readonly port: number;
  readonly name: string;
  readonly #renamed: ReadonlyMap<number, number>;
  readonly #onDelivered: ((bytes: Uint8Array) => void) | undefined;
  readonly #server: number;
  readonly #listener = Deno.listen({ hostname: HOST, port: 0 });
  readonly #open = new Set<Deno.Conn>();
  readonly #ended: Promise<void>;
  #lost: Direction | undefined;
  #isClosed = false;
  #heal = Promise.withResolvers<void>();

  constructor(server: number, { name = "", renamed = new Map(), onDelivered }: TcpLinkOptions = {}) {
    this.#onDelivered = onDelivered;
    this.name = name;
    this.#renamed = renamed;
    this.#server = server;
    this.port = this.#listener.addr.port;
    this.#heal.resolve();
    this.#ended = this.#accept();
  }

  lose(direction: Direction): void {
    this.#lost = direction;
    this.#heal = Promise.withResolvers<void>();
  }

  restore(): void {
    this.#lost = undefined;
    this.#heal.resolve();
  }

  async #accept(): Promise<void> {
    const passed: Promise<void>[] = [];
    try {
      for (;;) passed.push(this.#join(await this.#listener.accept()));
    } catch {
      // The listener was closed.
    }
    await Promise.all(passed);
  }

  async #join(client: Deno.Conn): Promise<void> {
    this.#open.add(client);
    let server: Deno.Conn | undefined;
    try {
      while (this.#loses("to server")) await this.#heal.promise;
      server = await Deno.connect({ hostname: HOST, port: this.#server });
      this.#open.add(server);
      // If one end closes, so does the other.
      await Promise.race([this.#pass(client, server, "to server"), this.#pass(server, client, "to client")]);
    } catch {
      // The server is down, or the link was closed.
    } finally {
      for (const connection of [client, server]) {
        if (connection === undefined) continue;
        this.#open.delete(connection);
        close(connection);
      }
    }
  }

  async #pass(from: Deno.Conn, to: Deno.Conn, direction: Direction): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    for (;;) {
      const length = await from.read(buffer);
      while (this.#loses(direction)) await this.#heal.promise;
      if (length === null) return;
      if (direction === "to client") this.#rename(buffer.subarray(0, length));
      for (let at = 0; at < length;) at += await to.write(buffer.subarray(at, length));
      if (direction === "to client") this.#onDelivered?.(buffer.subarray(0, length));
    }
  }

  /** Replaces ports in an answer by others of the same length. */
  #rename(bytes: Uint8Array): void {
    if (this.#renamed.size === 0 || bytes.length > LONGEST_NAMING_ANSWER) return;
    for (const { 0: port, index } of latin1.decode(bytes).matchAll(NAMED_PORT)) {
      const renamed = this.#renamed.get(Number(port));
      if (renamed !== undefined) bytes.set(new TextEncoder().encode(`${renamed}`), index);
    }
  }

  #loses(direction: Direction): boolean {
    return this.#lost === "both" || this.#lost === direction;
  }

  /** Closes the connections and refuses new ones; safe to call more than once. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isClosed) this.#listener.close();
    this.#isClosed = true;
    for (const connection of this.#open) close(connection);
    this.restore();
    await this.#ended;
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
