/**
 * The one way to the API server: address, credentials and TLS of a kubeconfig context or of the
 * mounted service account, on the runtime's own fetch. Redirects are not followed: they would carry
 * the credentials elsewhere.
 */
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import type { RequestOptions } from "node:https";
import type { Logger } from "../log.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { ConnectionError, unreachable } from "./errors.ts";
import { type KubeConfigOptions, loadKubeConfig } from "./kube_config.ts";

export interface KubeClientOptions extends KubeConfigOptions {
  readonly clock?: Clock;
}

export interface KubeRequest {
  readonly accept: string;
  readonly search?: URLSearchParams;
  readonly signal: AbortSignal;
}

/** Headers and TLS as they were when the credentials were last read. */
interface Session {
  readonly headers: Record<string, string>;
  readonly http: Deno.HttpClient;
  /** What `http` was made of: a new one is made only when that changes. */
  readonly tls: string;
  readonly readAt: number;
}

/** A projected token is exchanged long before it expires; it is read again this often. */
const SESSION_AGE = 60_000;
/** Many requests may be refused at once; the credentials are reread for them together. */
const REREAD_PAUSE = 5_000;

export class KubeClient {
  /** Address of the API server, without a slash at its end. */
  readonly server: string;

  #load: () => KubeConfig;
  #config: KubeConfig;
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;
  #rereadAt = -Infinity;
  #closed = false;

  #log: Logger;
  #clock: Clock;

  private constructor(load: () => KubeConfig, { log, clock }: { log: Logger; clock: Clock }) {
    this.#load = load;
    this.#log = log;
    this.#clock = clock;
    this.#config = load();
    this.server = this.#config.getCurrentCluster()?.server ?? "";
  }

  /** @throws {Error} when there are no credentials, or such as cannot be used. */
  static load(options: KubeClientOptions, log: Logger): KubeClient {
    return new KubeClient(() => loadKubeConfig(options), { log, clock: options.clock ?? systemClock });
  }

  /** A client of an API server that wants no credentials, such as the simulator. */
  static at(server: string, log: Logger): KubeClient {
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name: "", server, skipTLSVerify: false }, { name: "" });
    return new KubeClient(() => config, { log, clock: systemClock });
  }

  /**
   * Sends a GET. Whatever the API server answers is returned, except that credentials which it does
   * not accept are read once more first: they may have been exchanged since.
   *
   * @throws {ConnectionError} when no answer comes.
   */
  async fetch(path: string, request: KubeRequest): Promise<Response> {
    const session = await unlessAborted(this.#currentSession(), request.signal);
    const response = await this.#send(session, { path, ...request });
    if (response.status !== 401) return response;
    const renewed = await unlessAborted(this.#reread(session), request.signal);
    if (renewed === session) return response;
    await response.body?.cancel();
    return await this.#send(renewed, { path, ...request });
  }

  /** Streams that are still open go on; new requests are refused. */
  close(): void {
    this.#closed = true;
    this.#session?.http.close();
    this.#session = undefined;
  }

  async #send(session: Session, { path, ...request }: KubeRequest & { path: string }): Promise<Response> {
    const search = request.search?.size ? `?${request.search}` : "";
    try {
      return await fetch(this.server + path + search, {
        headers: { ...session.headers, accept: request.accept },
        redirect: "manual",
        signal: request.signal,
        client: session.http,
      });
    } catch (cause) {
      throw unreachable(this.server, cause);
    }
  }

  async #currentSession(): Promise<Session> {
    if (this.#session && this.#clock.now() - this.#session.readAt < SESSION_AGE) return this.#session;
    return await this.#open();
  }

  /** The session after one that was refused: a new one, unless one was opened a moment ago. */
  async #reread(refused: Session): Promise<Session> {
    if (this.#session !== refused && this.#session) return this.#session;
    if (this.#opening || this.#clock.now() - this.#rereadAt < REREAD_PAUSE) {
      return await this.#currentSession();
    }
    this.#rereadAt = this.#clock.now();
    try {
      this.#config = this.#load();
    } catch (error) {
      // A file that is being written, perhaps; what was read before stays.
      this.#log.warn("the credentials cannot be read again", { error: String(error) });
      return refused;
    }
    return await this.#open();
  }

  #open(): Promise<Session> {
    this.#opening ??= this.#readSession().finally(() => this.#opening = undefined);
    return this.#opening;
  }

  async #readSession(): Promise<Session> {
    const credentials = await readCredentials(this.#config);
    if (!this.#session) await seedRandomNumbers();
    if (this.#closed) throw new ConnectionError("the client is closed");
    const { ca, cert, key } = credentials;
    const tls = JSON.stringify([ca, cert, key]);
    const last = this.#session;
    const http = last?.tls === tls ? last.http : createHttpClient(credentials);
    // Streams that are still open keep the old client alive until they end.
    if (last && http !== last.http) last.http.close();
    return this.#session = { headers: credentials.headers, http, tls, readAt: this.#clock.now() };
  }
}

interface TokenFileProvider {
  readonly config?: { readonly tokenFile?: string };
}

interface Credentials {
  readonly headers: Record<string, string>;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

async function readCredentials(config: KubeConfig): Promise<Credentials> {
  const user = config.getCurrentUser();
  const tokenFile = (user?.authProvider as TokenFileProvider | undefined)?.config?.tokenFile;
  try {
    const { headers, auth, ca, cert, key } = await optionsOf(config);
    const all = new Headers(headers);
    if (auth) all.set("authorization", `Basic ${new TextEncoder().encode(auth).toBase64()}`);
    // client-node keeps the file's content for a minute of its own, and a newline at its end.
    if (tokenFile) all.set("authorization", `Bearer ${Deno.readTextFileSync(tokenFile).trim()}`);
    return { headers: Object.fromEntries(all), ca: text(ca), cert: text(cert), key: text(key) };
  } catch (cause) {
    const of = `the credentials of user "${user?.name}"`;
    const why = cause instanceof Error ? cause.message.trim() : String(cause);
    // What Headers refuses it repeats, and that is the token: neither its message nor the cause goes on.
    if (/header value|ByteString/.test(why)) {
      throw new ConnectionError(
        `${of} cannot be sent: a token or password has characters that no header may`,
      );
    }
    throw new ConnectionError(`${of} cannot be had: ${why.split("\n")[0]}`, { cause });
  }
}

/** What client-node fills in. */
interface HttpsOptions {
  readonly headers: Record<string, string>;
  readonly auth?: string;
  readonly ca?: string | Uint8Array;
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
}

async function optionsOf(config: KubeConfig): Promise<HttpsOptions> {
  const options: HttpsOptions = { headers: {} };
  const cluster = config.getCurrentCluster();
  // client-node lets nobody use plain HTTP who does not also switch off the check of certificates.
  if (cluster?.server.startsWith("http:")) Object.assign(cluster, { skipTLSVerify: true });
  await config.applyToHTTPSOptions(options as RequestOptions);
  return options;
}

function createHttpClient({ ca, cert, key }: Credentials): Deno.HttpClient {
  return Deno.createHttpClient({
    // Bodies can hang over HTTP/2; and one connection would carry all watches.
    http2: false,
    ...(ca === undefined ? {} : { caCerts: [ca] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  });
}

/**
 * The TLS library gathers entropy on first use, which would block the event loop for some 25 ms at the
 * first connection. A key is made on another thread, and so is the entropy for it.
 */
async function seedRandomNumbers(): Promise<void> {
  await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
}

function text(pem: string | Uint8Array | undefined): string | undefined {
  return pem instanceof Uint8Array ? new TextDecoder().decode(pem) : pem;
}

/** Settles with the promise, or rejects as soon as the signal aborts: an exec plugin may hang. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
