import type { KubeClient, KubeRequest } from "../../src/kube/client.ts";

type Fetcher = Pick<KubeClient, "fetch">;

/** A request for the objects of a scope, or for one object that a proof of the past looks for. */
export interface TappedRequest {
  readonly path: string;
  readonly accept: string;
  readonly search: URLSearchParams;
  readonly form: "list" | "streamed list" | "watch" | "proof";
}

/** A client between a reflector and its real client. It sees all requests, and can imitate an API server. */
export class TappedClient implements Fetcher {
  readonly requests: TappedRequest[] = [];
  /** How many requests are on their way that ask whether the API server is ready. */
  probing = 0;
  /** An answer that replaces that of the API server. */
  instead: ((request: TappedRequest) => Response | undefined) | undefined;
  /** Whether the API server says that it is ready, in place of what it says itself. */
  isReady: (() => boolean) | undefined;
  /** Awaited before a request is sent. */
  before: (() => Promise<void>) | undefined;
  /** Called with the search parameters before they are sent. */
  rewrite: ((search: URLSearchParams) => void) | undefined;
  #client: Fetcher;
  #open = new Set<() => void>();
  #unanswered = 0;

  constructor(client: Fetcher) {
    this.#client = client;
  }

  count(form: TappedRequest["form"]): number {
    return this.requests.filter((request) => request.form === form).length;
  }

  get last(): TappedRequest | undefined {
    return this.requests.at(-1);
  }

  /** The forms of the requests, proofs aside. */
  get forms(): string[] {
    return this.requests.map(({ form }) => form).filter((form) => form !== "proof");
  }

  /** The number of bodies that are still being read. */
  get open(): number {
    return this.#open.size;
  }

  /** The number of requests that have no answer yet. */
  get unanswered(): number {
    return this.#unanswered + this.probing;
  }

  /** Reports whether no request is in progress and no body is being read. */
  get idle(): boolean {
    return this.#unanswered === 0 && this.open === 0;
  }

  /** Ends all bodies that are still being read, as an API server does after a timeout. */
  endStreams(): void {
    for (const end of this.#open) end();
  }

  async fetch(path: string, request: KubeRequest): Promise<Response> {
    if (path === "/readyz") {
      if (this.isReady?.() === false) return await asFromNetwork(new Response("not ready", { status: 503 }));
      this.probing++;
      return await this.#client.fetch(path, request).finally(() => this.probing--);
    }
    const search = new URLSearchParams(request.search);
    const tapped: TappedRequest = { path, accept: request.accept, search, form: formOf(search) };
    this.requests.push(tapped);
    const answer = this.instead?.(tapped);
    if (answer) return await asFromNetwork(answer);
    this.rewrite?.(search);
    await this.before?.();
    this.#unanswered++;
    const response = await this.#client.fetch(path, { ...request, search }).finally(() => this.#unanswered--);
    return new Response(this.#tap(response.body), { status: response.status, headers: response.headers });
  }

  #tap(body: ReadableStream<Uint8Array<ArrayBuffer>> | null): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (body === null) return null;
    const reader = body.getReader();
    const ended = Promise.withResolvers<{ done: true; value?: undefined }>();
    const end = () => ended.resolve({ done: true });
    this.#open.add(end);
    return new ReadableStream({
      type: "bytes",
      pull: async (controller) => {
        const { done, value } = await Promise.race([reader.read(), ended.promise]).catch((error) => {
          this.#open.delete(end);
          throw error;
        });
        if (value !== undefined) return controller.enqueue(value);
        this.#open.delete(end);
        if (done) {
          controller.close();
          controller.byobRequest?.respond(0);
          await reader.cancel().catch(() => {});
        }
      },
      cancel: (reason) => {
        this.#open.delete(end);
        return reader.cancel(reason);
      },
    });
  }
}

function formOf(search: URLSearchParams): TappedRequest["form"] {
  if (search.has("sendInitialEvents")) return "streamed list";
  if (search.has("watch")) return "watch";
  return search.has("fieldSelector") || search.get("limit") === "1" ? "proof" : "list";
}

/**
 * Gives the response a byte stream for a body, as one from the network has, and one made of a string has not.
 */
async function asFromNetwork(response: Response): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const body = new ReadableStream({
    type: "bytes",
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}
