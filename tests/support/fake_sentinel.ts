/**
 * A Sentinel that names the master that a test chooses, over TCP or TLS. It knows only this part of the
 * protocol.
 */
export class FakeSentinel implements AsyncDisposable {
  readonly port: number;
  /** The number of connections so far. */
  connections = 0;
  readonly #listener: Deno.Listener;
  readonly #master: { readonly host: string; readonly port: number };
  readonly #open = new Set<Deno.Conn>();
  readonly #ended: Promise<void>;

  constructor(
    master: { readonly host: string; readonly port: number },
    tls?: { readonly cert: string; readonly key: string },
  ) {
    this.#master = master;
    const at = { hostname: "127.0.0.1", port: 0 };
    const listener = tls ? Deno.listenTls({ ...at, ...tls }) : Deno.listen(at);
    this.#listener = listener;
    this.port = listener.addr.port;
    this.#ended = this.#accept();
  }

  async #accept(): Promise<void> {
    const served: Promise<void>[] = [];
    try {
      for (;;) served.push(this.#serve(await this.#listener.accept()));
    } catch {
      // The listener was closed.
    }
    await Promise.all(served);
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    this.connections++;
    this.#open.add(connection);
    const { host, port } = this.#master;
    const buffer = new Uint8Array(4_096);
    try {
      for (;;) {
        const size = await connection.read(buffer);
        if (size === null) break;
        const command = new TextDecoder().decode(buffer.subarray(0, size)).toUpperCase();
        const reply = command.includes("GET-MASTER-ADDR-BY-NAME")
          ? `*2\r\n$${host.length}\r\n${host}\r\n$${`${port}`.length}\r\n${port}\r\n`
          : "+PONG\r\n";
        await connection.write(new TextEncoder().encode(reply));
      }
    } catch {
      // The client has gone.
    }
    this.#open.delete(connection);
    try {
      connection.close();
    } catch {
      // It was closed by the disposal.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) connection.close();
    await this.#ended;
  }
}
