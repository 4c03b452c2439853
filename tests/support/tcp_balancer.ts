/** An endpoint that can receive connections. */
export interface Endpoint {
  readonly port: number;
  /** Reports whether it claims to be ready. */
  isReady(): Promise<boolean>;
}

const POLL_MS = 100;

/**
 * Forwards TCP connections to the ready endpoints in turn. As in a cluster, it notices a change of readiness
 * late, and does not touch open connections.
 */
export class TcpBalancer implements AsyncDisposable {
  readonly port: number;
  readonly #delay: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #endpoints = new Map<
    Endpoint,
    { isUsed: boolean; change?: ReturnType<typeof setTimeout>; told: boolean }
  >();
  readonly #open = new Set<Deno.Conn>();
  readonly #stop = new AbortController();
  readonly #ended: Promise<unknown>;
  #next = 0;

  /** @param delay the milliseconds after which it notices a change of readiness. */
  constructor(delay: number) {
    this.#delay = delay;
    this.port = this.#listener.addr.port;
    this.#ended = Promise.all([this.#accept(), this.#poll()]);
  }

  add(endpoint: Endpoint): void {
    this.#endpoints.set(endpoint, { isUsed: false, told: false });
  }

  /** Whether it gets new connections. */
  uses(endpoint: Endpoint): boolean {
    return this.#endpoints.get(endpoint)?.isUsed ?? false;
  }

  async #poll(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      for (const [endpoint, state] of this.#endpoints) {
        const isReady = await endpoint.isReady().catch(() => false);
        if (isReady === state.told) continue;
        state.told = isReady;
        state.change = setTimeout(() => state.isUsed = isReady, this.#delay);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    for (const { change } of this.#endpoints.values()) clearTimeout(change);
  }

  async #accept(): Promise<void> {
    const passed: Promise<void>[] = [];
    try {
      for (;;) passed.push(this.#pass(await this.#listener.accept()));
    } catch {
      // The listener was closed.
    }
    await Promise.all(passed);
  }

  async #pass(client: Deno.Conn): Promise<void> {
    this.#open.add(client);
    const used = [...this.#endpoints].filter(([, { isUsed }]) => isUsed).map(([endpoint]) => endpoint);
    const endpoint = used[this.#next++ % Math.max(1, used.length)];
    try {
      if (endpoint === undefined) return;
      const server = await Deno.connect({ hostname: "127.0.0.1", port: endpoint.port });
      this.#open.add(server);
      await Promise.all([
        client.readable.pipeTo(server.writable).catch(() => {}),
        server.readable.pipeTo(client.writable).catch(() => {}),
      ]);
      close(server);
      this.#open.delete(server);
    } catch {
      // Nothing listens there: the client sees its connection end.
    } finally {
      close(client);
      this.#open.delete(client);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#listener.close();
    for (const connection of this.#open) close(connection);
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
