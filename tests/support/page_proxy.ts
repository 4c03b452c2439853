/**
 * A reverse proxy in front of a server, as an Ingress is: it serves the page below the prefix
 * `/tools/astrolabe/`, counts the open streams, and can refuse or buffer them, and make all kinds stale.
 */
const PREFIX = "/tools/astrolabe";

export class PageProxy implements AsyncDisposable {
  /** Answers streams with 503. */
  refuseStreams = false;
  /** Holds the bodies of streams back, as a proxy that buffers answers does. */
  bufferStreams = false;
  /** Tells that every kind is stale. */
  makeStale = false;
  /** How many streams are open. */
  streams = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #target: string;

  private constructor(target: string) {
    this.#target = target;
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request, { completed }) => this.#pass(request, completed),
    );
  }

  static start(target: string): PageProxy {
    return new PageProxy(target);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #pass(request: Request, completed: Promise<void>): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    if (!pathname.startsWith(`${PREFIX}/`)) return new Response("nothing here", { status: 404 });
    const path = pathname.slice(PREFIX.length);
    const isStream = path === "/api/v1/watch";
    if (isStream && this.refuseStreams) return new Response('{"error":{"message":"busy"}}', { status: 503 });
    const headers = new Headers(request.headers);
    headers.delete("host");
    headers.delete("accept-encoding");
    const response = await fetch(this.#target + path + search, { headers });
    if (this.makeStale && path === "/api/v1/kinds") {
      return new Response((await response.text()).replaceAll('"state":"synced"', '"state":"stale"'));
    }
    if (!isStream || response.body === null) return response;
    this.streams++;
    const end = () => void this.streams--;
    completed.then(end, end);
    if (!this.bufferStreams) return response;
    await response.body.cancel();
    return new Response(new ReadableStream(), { headers: response.headers });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
