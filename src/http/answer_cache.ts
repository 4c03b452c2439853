/**
 * Answers that depend only on the graph, the path, the query, the minute and what exists for the asker. The
 * weak ETag names the revision, the minute and the rights, and is compared before anything is built. All requests for the same share one
 * answer, until the graph changes or the minute ends. The Host header is not part of the key.
 *
 * Small answers are cached up to 16 MiB; large ones take one of the slots, cached or not.
 */
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Logger } from "../log.ts";
import type { Clock } from "../model/clock.ts";
import { acceptsGzip, COMPRESSED_FROM, gzip } from "./gzip.ts";
import { type LargeAnswer, LargeAnswerSlots } from "./large_answer_slots.ts";
import type { Built } from "./route.ts";

const LARGE_ANSWER_BYTES = 1 << 20;
const SMALL_ANSWERS_BYTES_MAX = 16 << 20;
/** The number of bytes of an entry besides its key and its body. */
const ENTRY_BYTES = 1024;
const KEYS_MAX = 1000;

export interface AnswerCacheOptions {
  readonly graph: GraphReader;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface AnswerRequest {
  readonly method: string;
  /** Path and query, and for those who do not see everything their rights. */
  readonly key: string;
  /** Names what exists for the asker. Empty: everything. */
  readonly rights: string;
  readonly headers: Headers;
  /** Settles when the server has sent the response or given it up; undefined without a server. */
  readonly completed?: Promise<void> | undefined;
}

interface Answer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
  readonly slot: LargeAnswer | undefined;
}

type Build = (spare: ArrayBuffer | undefined) => Built;

export class AnswerCache {
  readonly #options: AnswerCacheOptions;
  readonly #slots: LargeAnswerSlots;
  #revision = -1;
  #minute = -1;
  /** The state of the graph that an ETag names, and the ETag for those who see everything. */
  #state = "";
  #etag = "";
  /** Keys that have an answer at this revision: only these give 304, bad queries do not. */
  readonly #answered = new Set<string>();
  readonly #cached = new Map<string, Answer>();
  /** Answers that are being built in slices, by ETag and key. */
  readonly #building = new Map<string, Promise<Built>>();
  #smallBytes = 0;
  /** Keys whose last answer was large. */
  readonly #largeKeys = new Set<string>();

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
    this.#slots = new LargeAnswerSlots(options);
  }

  /**
   * Answers from the cache, or with what `build` returns.
   *
   * @throws what `build` throws, and {HttpError} 503 when no slot gets free for a large answer.
   */
  respond(request: AnswerRequest, build: Build): Response | Promise<Response> {
    this.#refresh();
    const { key, headers } = request;
    const etag = this.#etagFor(request);
    if (this.#answered.has(key) && namesEtag(headers, etag)) return notModified(etag);
    const compressed = acceptsGzip(headers.get("accept-encoding"));
    const cached = this.#cached.get(compressed ? `gzip ${key}` : key);
    if (cached) return send(request, cached);
    if (!compressed && this.#mayBuild(key)) {
      const answer = this.#answer(request, build);
      if (answer) return send(request, answer);
    }
    return this.#respondLater(request, { build, compressed });
  }

  /**
   * The same for what is built while other requests are answered. Requests for the same share one build. An
   * answer that the graph has overtaken keeps the ETag of the revision at which it was begun, and is not
   * cached.
   */
  async respondInSlices(request: AnswerRequest, build: () => Promise<Built>): Promise<Response> {
    this.#refresh();
    const { key, headers } = request;
    const etag = this.#etagFor(request);
    if (this.#answered.has(key) && namesEtag(headers, etag)) return notModified(etag);
    if (this.#cached.has(key)) return this.respond(request, unreachable);
    const id = `${etag} ${key}`;
    let building = this.#building.get(id);
    if (building === undefined) {
      building = build().finally(() => this.#building.delete(id));
      this.#building.set(id, building);
    }
    const built = await building;
    this.#refresh();
    if (etag === this.#etagFor(request)) return this.respond(request, () => built);
    return await this.#respondOvertaken(request, { built, etag });
  }

  async #respondOvertaken(
    request: AnswerRequest,
    { built, etag }: { built: Built; etag: string },
  ): Promise<Response> {
    const compressed = acceptsGzip(request.headers.get("accept-encoding")) &&
      built.bytes.length >= COMPRESSED_FROM;
    const bytes = compressed ? await gzip(built.bytes) : built.bytes;
    const since = this.#options.clock.now();
    while (bytes.length >= LARGE_ANSWER_BYTES && !this.#slots.hasRoom()) await this.#slots.wait(since);
    const headers = {
      ...headersOf(built, etag),
      ...compressed && { "content-encoding": "gzip" },
    };
    const answer = this.#newAnswer(request.key, { bytes, headers, etag, reusable: false });
    const response = send(request, answer);
    answer.slot?.uncache();
    return response;
  }

  async #respondLater(
    request: AnswerRequest,
    { build, compressed }: { build: Build; compressed: boolean },
  ): Promise<Response> {
    const since = this.#options.clock.now();
    let answer: Answer | undefined;
    while (!this.#mayBuild(request.key) || !(answer = this.#answer(request, build))) {
      await this.#slots.wait(since);
      this.#refresh();
    }
    if (!compressed || answer.bytes.length < COMPRESSED_FROM) return send(request, answer);
    const plain = answer;
    return await (plain.slot
      ? plain.slot.hold(() => this.#sendCompressed(request, plain))
      : this.#sendCompressed(request, plain));
  }

  async #sendCompressed(request: AnswerRequest, plain: Answer): Promise<Response> {
    const key = `gzip ${request.key}`;
    const bytes = await gzip(plain.bytes);
    const isCurrent = plain.etag === this.#etagFor(request);
    // Another request may have compressed the same answer meanwhile.
    const other = isCurrent ? this.#cached.get(key) : undefined;
    if (other) return send(request, other);
    const headers = { ...plain.headers, "content-encoding": "gzip" };
    const answer = this.#newAnswer(key, { bytes, headers, etag: plain.etag, reusable: false });
    if (isCurrent) this.#keep(key, answer);
    const response = send(request, answer);
    if (!isCurrent) answer.slot?.uncache();
    return response;
  }

  /** Returns the cached answer or a new one, or undefined if it is large and there is no slot. */
  #answer(request: AnswerRequest, build: Build): Answer | undefined {
    const { key } = request;
    const etag = this.#etagFor(request);
    const cached = this.#cached.get(key);
    if (cached) return cached;
    const spare = this.#largeKeys.has(key) ? this.#slots.pool.take() : undefined;
    const built = build(spare);
    const headers = headersOf(built, etag);
    if (this.#answered.size === KEYS_MAX) this.#answered.clear();
    this.#answered.add(key);
    const isSmall = built.bytes.length < LARGE_ANSWER_BYTES;
    if (isSmall) this.#largeKeys.delete(key);
    else {
      this.#largeKeys.add(key);
      if (!this.#slots.hasRoom()) return undefined;
    }
    const bytes = isSmall && spare ? built.bytes.slice() : built.bytes;
    const answer = this.#newAnswer(key, { bytes, headers, etag, reusable: true });
    this.#keep(key, answer);
    return answer;
  }

  #newAnswer(key: string, answer: Omit<Answer, "slot"> & { readonly reusable: boolean }): Answer {
    const { bytes, headers, etag, reusable } = answer;
    const slot = bytes.length < LARGE_ANSWER_BYTES
      ? undefined
      : this.#slots.take(bytes, { reusable, onEvict: () => this.#cached.delete(key) });
    return { bytes, headers, etag, slot };
  }

  #keep(key: string, answer: Answer): void {
    if (!answer.slot) {
      const size = answer.bytes.length + key.length + ENTRY_BYTES;
      if (this.#smallBytes + size > SMALL_ANSWERS_BYTES_MAX) this.#forget();
      this.#smallBytes += size;
    }
    this.#cached.set(key, answer);
    this.#slots.wake();
  }

  /** Reports whether the answer is cached, is not known to be large, or can get a slot. */
  #mayBuild(key: string): boolean {
    return !this.#largeKeys.has(key) || this.#cached.has(key) || this.#slots.hasRoom();
  }

  #etagFor({ rights }: AnswerRequest): string {
    return rights === "" ? this.#etag : `W/"${this.#state}-${rights}"`;
  }

  /** Forgets the answers of an earlier revision or minute. */
  #refresh(): void {
    const { graph, clock } = this.#options;
    const minute = Math.floor(clock.now() / 60_000);
    if (graph.revision === this.#revision && minute === this.#minute) return;
    this.#revision = graph.revision;
    this.#minute = minute;
    this.#answered.clear();
    this.#etag = `W/"${graph.rv}-${minute}"`;
    this.#state = `${graph.rv}-${minute}`;
    this.#forget();
  }

  #forget(): void {
    const answers = [...this.#cached.values()];
    this.#cached.clear();
    this.#smallBytes = 0;
    for (const { slot } of answers) slot?.uncache();
    if (this.#largeKeys.size > KEYS_MAX) this.#largeKeys.clear();
  }
}

function headersOf(built: Built, etag: string): Record<string, string> {
  return {
    "content-type": "application/json",
    "cache-control": "no-cache",
    "vary": "accept-encoding",
    etag,
    ...built.headers,
  };
}

function unreachable(): never {
  throw new Error("The answer was cached");
}

function send({ method, headers, completed }: AnswerRequest, answer: Answer): Response {
  const { bytes, slot } = answer;
  if (namesEtag(headers, answer.etag)) return notModified(answer.etag);
  const sized = { headers: { ...answer.headers, "content-length": String(bytes.length) } };
  if (method === "HEAD") return new Response(null, sized);
  return slot ? new Response(slot.send(completed), sized) : new Response(bytes, { headers: answer.headers });
}

/** Reports whether `If-None-Match` names the entity tag, by weak comparison (RFC 9110, section 13.1.2). */
function namesEtag(headers: Headers, etag: string): boolean {
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
