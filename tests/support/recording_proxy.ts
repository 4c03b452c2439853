/** A proxy in front of an API server. It uses plain HTTP, forwards everything and records it. */
import type { ApiServer } from "./api_server.ts";
import { kubeconfigOf } from "./kubeconfig.ts";

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly accept: string;
  readonly status: number;
}

export class RecordingProxy implements AsyncDisposable {
  readonly requests: RecordedRequest[] = [];
  readonly #target: ApiServer;
  readonly #http: Deno.HttpClient;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #closed = new AbortController();

  constructor(target: ApiServer) {
    this.#target = target;
    this.#http = Deno.createHttpClient({ caCerts: [target.ca], http2: false });
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#pass(request),
    );
  }

  /** Writes a kubeconfig that uses the proxy, and returns its path. */
  kubeconfig(token: string): string {
    const path = `${this.#target.folder}/${crypto.randomUUID()}`;
    Deno.writeTextFileSync(`${path}.token`, token);
    const text = kubeconfigOf(`http://127.0.0.1:${this.#server.addr.port}`, { tokenFile: `${path}.token` });
    Deno.writeTextFileSync(path, text);
    return path;
  }

  async #pass(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.delete("host");
    const response = await fetch(this.#target.url + pathname + search, {
      method: request.method,
      headers,
      client: this.#http,
      signal: this.#closed.signal,
    });
    this.requests.push({
      method: request.method,
      path: pathname,
      accept: request.headers.get("accept") ?? "",
      status: response.status,
    });
    const answer = new Headers(response.headers);
    answer.delete("content-encoding");
    answer.delete("content-length");
    return new Response(response.body, { status: response.status, headers: answer });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#server.shutdown();
    this.#http.close();
  }
}
