/**
 * Sends what depends on the graph, the URL and the minute alone. Its weak ETag says just these, and is
 * looked at before anything is built again. The bytes are shared by all who ask for the same, until the graph
 * changes or the minute ends.
 *
 * Of large answers only so many exist at a time, sent or kept: who asks for another one waits until a
 * place is free, and gets the graph as it is by then, or is told after a while to come again. Their buffers
 * are used again, once the server says that all of it is on its way: fresh ones cost as much as what is
 * written into them.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import { acceptsGzip, COMPRESSED_FROM, gzip } from "./gzip.ts";
import { Problem } from "./errors.ts";
import { SlicedBody } from "./sliced_body.ts";

export interface AnswersOptions {
  readonly graph: GraphReader;
  /** Differs between processes, whose revisions say nothing about one another. */
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Milliseconds that a request may wait for a place. */
  readonly patience?: number;
}

export interface Built {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer extends Built {
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
  /** Responses that still take slices. */
  users: number;
  /** Responses of which the server has not said that they are sent. */
  unsent: number;
  kept: boolean;
  /** Nobody but us can have the buffer. */
  reusable: boolean;
}

/** What is needed of a Hono context; `env` is Deno's `ServeHandlerInfo`, where there is a server. */
export interface Exchange {
  readonly req: { readonly raw: Request };
  readonly env?: { readonly completed?: Promise<void> } | undefined;
}

/** Builds an answer, over the spare buffer where it has use for one. */
type Build = (spare: ArrayBuffer | undefined) => Built;

const LARGE = 1 << 20;
const LARGE_PLACES = 3;
const PATIENCE = 10_000;
/** What is kept of small answers altogether, their URLs and what else an answer takes included. */
const KEPT_BYTES = 16 << 20;
const ENTRY_BYTES = 1024;
/** A URL has 9 KB at most. */
const MOST_ANSWERED = 1000;

/** What a route that sends large answers may fail with. */
export const BUSY = { 503: "Too many large answers are being sent" };

export class Answers {
  readonly #options: AnswersOptions;
  #revision = -1;
  #minute = -1;
  #etag = "";
  /** URLs that have an answer to what the graph is now: a 304 is for these alone, not for bad queries. */
  readonly #answered = new Set<string>();
  readonly #kept = new Map<string, Answer>();
  #keptBytes = 0;
  /** URLs whose last answer was large. */
  readonly #largeUrls = new Set<string>();
  readonly #large = new Set<Answer>();
  readonly #waiting = new Set<() => void>();
  readonly #spare: ArrayBuffer[] = [];

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** `build` is called where no answer is at hand; what it throws comes through. */
  respond(exchange: Exchange, build: Build): Response | Promise<Response> {
    const request = exchange.req.raw;
    this.#refresh();
    if (this.#answered.has(request.url) && namesEtag(request, this.#etag)) return notModified(this.#etag);
    const compressed = acceptsGzip(request.headers.get("accept-encoding"));
    const kept = this.#kept.get(compressed ? `gzip ${request.url}` : request.url);
    if (kept) return this.#send(exchange, kept);
    if (!compressed && !this.#mustWait(request.url)) {
      const answer = this.#answer(request.url, build);
      if (answer) return this.#send(exchange, answer);
    }
    return this.#respondLater(exchange, build, compressed);
  }

  async #respondLater(exchange: Exchange, build: Build, compressed: boolean): Promise<Response> {
    const request = exchange.req.raw;
    const deadline = performance.now() + (this.#options.patience ?? PATIENCE);
    let plain: Answer | undefined;
    while (this.#mustWait(request.url) || !(plain = this.#answer(request.url, build))) {
      await this.#wait(deadline - performance.now());
      this.#refresh();
    }
    if (!compressed || plain.bytes.length < COMPRESSED_FROM) return this.#send(exchange, plain);
    plain.users++;
    try {
      const bytes = await gzip(plain.bytes);
      // Somebody else may have been quicker.
      const kept = this.#kept.get(`gzip ${request.url}`);
      if (kept) return this.#send(exchange, kept);
      const headers = { ...plain.headers, "content-encoding": "gzip" };
      const answer = newAnswer({ bytes, headers, etag: plain.etag });
      answer.reusable = false;
      if (plain.etag === this.#etag) this.#keep(`gzip ${request.url}`, answer);
      return this.#send(exchange, answer);
    } finally {
      this.#release(plain);
    }
  }

  /** The answer that is at hand, or a new one; undefined where it turns out large and has no place. */
  #answer(url: string, build: Build): Answer | undefined {
    const kept = this.#kept.get(url);
    if (kept) return kept;
    const spare = this.#largeUrls.has(url) ? this.#spare.pop() : undefined;
    const built = build(spare);
    const headers = {
      "content-type": "application/json",
      "cache-control": "no-cache",
      "vary": "accept-encoding",
      "etag": this.#etag,
      ...built.headers,
    };
    const isSmall = built.bytes.length < LARGE;
    const bytes = isSmall && spare ? built.bytes.slice() : built.bytes;
    const answer = newAnswer({ bytes, headers, etag: this.#etag });
    if (this.#answered.size === MOST_ANSWERED) this.#answered.clear();
    this.#answered.add(url);
    if (isSmall) this.#largeUrls.delete(url);
    else {
      this.#largeUrls.add(url);
      if (this.#mustWait(url)) return undefined;
    }
    this.#keep(url, answer);
    return answer;
  }

  #keep(key: string, answer: Answer): void {
    const { length } = answer.bytes;
    const weight = length + key.length + ENTRY_BYTES;
    if (length >= LARGE) this.#large.add(answer);
    else if ((this.#keptBytes += weight) > KEPT_BYTES) {
      this.#forget();
      this.#keptBytes = weight;
    }
    answer.kept = true;
    this.#kept.set(key, answer);
    this.#wake();
  }

  #send({ req, env }: Exchange, answer: Answer): Response {
    const { bytes, headers } = answer;
    if (namesEtag(req.raw, answer.etag)) return notModified(answer.etag);
    if (req.raw.method === "HEAD") {
      return new Response(null, { headers: { ...headers, "content-length": String(bytes.length) } });
    }
    if (bytes.length < LARGE) return new Response(bytes, { headers });
    answer.users++;
    this.#watch(answer, env?.completed);
    const body = new SlicedBody(bytes, () => this.#release(answer));
    return new Response(body.stream, { headers: { ...headers, "content-length": String(bytes.length) } });
  }

  /** Whether the answer is likely to be large, is not at hand, and all places are taken. */
  #mustWait(url: string): boolean {
    if (!this.#largeUrls.has(url) || this.#kept.has(url) || this.#large.size < LARGE_PLACES) return false;
    for (const [key, answer] of this.#kept) {
      if (answer.users > 0 || !this.#large.has(answer)) continue;
      this.#kept.delete(key);
      this.#large.delete(answer);
      answer.kept = false;
      this.#reuse(answer);
      if (this.#large.size < LARGE_PLACES) return false;
    }
    return true;
  }

  #release(answer: Answer): void {
    answer.users--;
    this.#dropUnused(answer);
    // A kept answer that nobody is sent any more can give way as well.
    if (answer.users === 0) this.#wake();
  }

  #dropUnused(answer: Answer): void {
    if (answer.users > 0 || answer.kept || !this.#large.delete(answer)) return;
    this.#reuse(answer);
    this.#wake();
  }

  /** Slices that were taken may still be on their way: only the server knows when they are not. */
  #watch(answer: Answer, completed: Promise<void> | undefined): void {
    if (completed === undefined) {
      answer.reusable = false;
      return;
    }
    answer.unsent++;
    const sent = () => {
      answer.unsent--;
      this.#reuse(answer);
    };
    completed.then(sent, sent);
  }

  #reuse(answer: Answer): void {
    if (!answer.reusable || answer.kept || answer.users > 0 || answer.unsent > 0) return;
    answer.reusable = false;
    if (this.#spare.length < LARGE_PLACES) this.#spare.push(answer.bytes.buffer);
  }

  /** Until somebody gives a place back; those who have too little time are told to come again. */
  async #wait(milliseconds: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(busy()), Math.max(0, milliseconds));
    this.#waiting.add(resolve);
    await promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(resolve);
    });
  }

  /** Whoever waits looks again: a place is free, or the answer is at hand. */
  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Forgets the answers about what the graph was before. */
  #refresh(): void {
    const { graph, instance, clock } = this.#options;
    const minute = Math.floor(clock() / 60_000);
    if (graph.revision === this.#revision && minute === this.#minute) return;
    this.#revision = graph.revision;
    this.#minute = minute;
    this.#answered.clear();
    this.#etag = `W/"${instance}-${this.#revision}-${minute}"`;
    this.#forget();
  }

  #forget(): void {
    const answers = [...this.#kept.values()];
    this.#kept.clear();
    this.#keptBytes = 0;
    for (const answer of answers) {
      answer.kept = false;
      this.#dropUnused(answer);
    }
    if (this.#largeUrls.size > 1000) this.#largeUrls.clear();
  }
}

function busy(): Problem {
  const headers = { "retry-after": "5" };
  const message = "Too many large answers are being sent; ask again, or for less";
  return new Problem(message, { status: 503, code: "busy", headers });
}

function newAnswer({ bytes, headers, etag }: Pick<Answer, "bytes" | "headers" | "etag">): Answer {
  return { bytes, headers, etag, users: 0, unsent: 0, kept: false, reusable: bytes.length >= LARGE };
}

/** Whether `If-None-Match` names the entity tag; weak comparison, RFC 9110 section 13.1.2. */
function namesEtag({ headers }: Request, etag: string): boolean {
  const header = headers.get("if-none-match");
  if (header === null) return false;
  const opaque = etag.slice(2);
  return header.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === opaque);
}

function notModified(etag: string): Response {
  return new Response(null, {
    status: 304,
    headers: { etag, vary: "accept-encoding", "cache-control": "no-cache" },
  });
}
