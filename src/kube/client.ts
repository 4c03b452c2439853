/**
 * Sends requests to the API server with the runtime's own fetch. The address, the credentials and the TLS
 * settings come from a kubeconfig context or from the mounted service account. Redirects are not followed,
 * because they would send the credentials to another server.
 */
import { createHash } from "node:crypto";
import type { Logger } from "../log.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { ConnectionError, unreachable } from "./errors.ts";
import { CredentialReader, type Credentials } from "./credential_reader.ts";
import { type KubeConfig, type KubeConfigOptions, loadKubeConfig } from "./kube_config.ts";

export interface KubeClientOptions extends KubeConfigOptions {
  readonly clock?: Clock;
}

export interface KubeRequest {
  readonly accept: string;
  readonly search?: URLSearchParams;
  readonly signal: AbortSignal;
}

export interface KubePost {
  /** JSON. */
  readonly body: string;
  /** Sends the request in the name of the bearer of this token. Without one, it is sent in our own name. */
  readonly token?: string | undefined;
  readonly signal: AbortSignal;
}

/** The headers and the TLS settings from the credentials that were last read. */
interface Session {
  readonly headers: Record<string, string>;
  readonly http: Deno.HttpClient;
  /** A client without our certificate, for requests in the name of others. It may be the same. */
  readonly nobody: Deno.HttpClient;
  /** The input of `http`. A new client is created only if it changes. */
  readonly tls: string;
  readonly readAt: number;
}

/** The time between two readings. A projected token is replaced long before it expires, so this is enough. */
const SESSION_AGE_MS = 60_000;
/** Many requests may be refused at the same time. They share one new reading of the credentials. */
const REREAD_PAUSE_MS = 5_000;

export class KubeClient {
  /** The address of the API server, without a trailing slash. */
  readonly server: string;
  /** SHA-256 of the CA bundle at the start, in hexadecimal. Undefined if there is none. */
  readonly caSha256: string | undefined;

  #load: () => KubeConfig;
  #credentials: CredentialReader;
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
    const config = load();
    this.#credentials = new CredentialReader(config);
    this.server = config.cluster.server;
    this.caSha256 = caSha256(config);
  }

  /** @throws {Error} if there are no usable credentials. */
  static load(options: KubeClientOptions, log: Logger): KubeClient {
    return new KubeClient(() => loadKubeConfig(options), { log, clock: options.clock ?? systemClock });
  }

  /** Creates a client of an API server that needs no credentials, such as the simulator. */
  static at(server: string, log: Logger): KubeClient {
    const config = { cluster: { name: "", server, skipTLSVerify: false }, user: { name: "" } };
    return new KubeClient(() => config, { log, clock: systemClock });
  }

  /**
   * Sends a GET and returns the answer with any status. After a 401 it reads the credentials again, because
   * they may have been replaced, and repeats the request once.
   *
   * @throws {ConnectionError} if no answer comes.
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

  /**
   * Sends a POST and returns the answer with any status. In the name of another bearer it carries nothing of
   * our credentials, because a client certificate would beat the token.
   *
   * @throws {ConnectionError} if no answer comes.
   */
  async post(path: string, { token, body, signal }: KubePost): Promise<Response> {
    const session = await unlessAborted(this.#currentSession(), signal);
    const json = { accept: "application/json", "content-type": "application/json" };
    const request = { method: "POST", path, body, signal };
    if (token !== undefined) {
      const headers = { ...json, authorization: `Bearer ${token}` };
      return await this.#request(session.nobody, { ...request, headers });
    }
    const response = await this.#request(session.http, {
      ...request,
      headers: { ...session.headers, ...json },
    });
    if (response.status !== 401) return response;
    const renewed = await unlessAborted(this.#reread(session), signal);
    if (renewed === session) return response;
    await response.body?.cancel();
    return await this.#request(renewed.http, { ...request, headers: { ...renewed.headers, ...json } });
  }

  /** Refuses new requests. Open streams continue. */
  close(): void {
    this.#closed = true;
    if (this.#session) closeClients(this.#session);
    this.#session = undefined;
  }

  #send(session: Session, { path, ...request }: KubeRequest & { path: string }): Promise<Response> {
    const search = request.search?.size ? `?${request.search}` : "";
    const headers = { ...session.headers, accept: request.accept };
    return this.#request(session.http, { path: path + search, headers, signal: request.signal });
  }

  async #request(
    client: Deno.HttpClient,
    { path, ...request }: RequestInit & { readonly path: string },
  ): Promise<Response> {
    try {
      return await fetch(this.server + path, { ...request, redirect: "manual", client });
    } catch (cause) {
      throw unreachable(this.server, cause);
    }
  }

  async #currentSession(): Promise<Session> {
    if (this.#session && this.#clock.now() - this.#session.readAt < SESSION_AGE_MS) return this.#session;
    return await this.#open();
  }

  /** Returns the session to use after a refused one: a new one, unless another caller has just opened one. */
  async #reread(refused: Session): Promise<Session> {
    if (this.#session !== refused && this.#session) return this.#session;
    if (this.#opening || this.#clock.now() - this.#rereadAt < REREAD_PAUSE_MS) {
      return await this.#currentSession();
    }
    this.#rereadAt = this.#clock.now();
    try {
      this.#credentials = new CredentialReader(this.#load());
    } catch (error) {
      // The file may be half written. Keep the credentials that were read before.
      this.#log.warn("Cannot read the credentials again", { error: String(error) });
      return refused;
    }
    return await this.#open();
  }

  #open(): Promise<Session> {
    this.#opening ??= this.#readSession().finally(() => this.#opening = undefined);
    return this.#opening;
  }

  async #readSession(): Promise<Session> {
    const credentials = await this.#credentials.read();
    if (!this.#session) await seedRandomNumbers();
    if (this.#closed) throw new ConnectionError("the client is closed");
    const { ca, cert, key } = credentials;
    const tls = JSON.stringify([ca, cert, key]);
    const last = this.#session;
    const isSame = last?.tls === tls;
    const http = isSame ? last.http : createHttpClient(credentials);
    const nobody = isSame ? last.nobody : cert === undefined ? http : createHttpClient({ ca });
    // Streams that are still open keep the old client alive until they end.
    if (last && !isSame) closeClients(last);
    return this.#session = { headers: credentials.headers, http, nobody, tls, readAt: this.#clock.now() };
  }
}

function closeClients({ http, nobody }: Session): void {
  http.close();
  if (nobody !== http) nobody.close();
}

function createHttpClient({ ca, cert, key }: Pick<Credentials, "ca" | "cert" | "key">): Deno.HttpClient {
  return Deno.createHttpClient({
    // Bodies can hang over HTTP/2, and one connection would carry all watches.
    http2: false,
    ...(ca === undefined ? {} : { caCerts: [ca] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  });
}

/**
 * Makes the TLS library gather its entropy on the thread that generates keys. Otherwise its first use would
 * block the event loop for about 25 ms.
 */
async function seedRandomNumbers(): Promise<void> {
  await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
}

/** Settles with the promise, or rejects when the signal aborts: an exec plugin may hang. */
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

/** Returns the hash of the CA bundle, whether it is a file or data. Ignores spaces at both ends. */
function caSha256({ cluster: { caData, caFile } }: KubeConfig): string | undefined {
  if (caData === undefined && caFile === undefined) return undefined;
  try {
    const pem = caData === undefined ? Deno.readTextFileSync(caFile ?? "") : atob(caData);
    return createHash("sha256").update(pem.trim()).digest("hex");
  } catch {
    // The first request reports the reason.
    return undefined;
  }
}
