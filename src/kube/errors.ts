/**
 * What can go wrong between us and the API server, in two classes: it answered with a failure
 * (ApiStatusError), or no usable answer came (ConnectionError). Anything else that is thrown is a bug
 * of ours and ends the program. The predicates below decide what a reflector does about it.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/
 */

/** The API server said no: as an HTTP answer, or as an ERROR event in a watch. */
export class ApiStatusError extends Error {
  override name = "ApiStatusError";

  constructor(
    readonly status: number,
    message: string,
    /** How long the API server wants to be left alone, in milliseconds; 0: it does not say. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** From a response that is no success. Its body should be a Status. */
  static from({ status, headers }: Response, { text, now }: { text: string; now: number }): ApiStatusError {
    const retryAfter = parseRetryAfter(headers.get("retry-after"), now);
    return new ApiStatusError(status, explain(status, messageOf(text)), retryAfter);
  }

  /** From the object of an ERROR event, which should be a Status. */
  static of(object: unknown): ApiStatusError {
    const { code, message } = (object ?? {}) as { code?: unknown; message?: unknown };
    const status = typeof code === "number" ? code : 500;
    return new ApiStatusError(status, explain(status, typeof message === "string" ? message : ""));
  }
}

/** No connection, one that was cut or went silent, or bytes that are no Kubernetes answer. */
export class ConnectionError extends Error {
  override name = "ConnectionError";
  /** For how long nothing had been heard before anybody noticed, in milliseconds. */
  readonly silence: number;

  constructor(message: string, { silence = 0, ...options }: ErrorOptions & { silence?: number } = {}) {
    super(message, options);
    this.silence = silence;
  }
}

/** What we had is too old to go on from: only a new list helps. 429 and 5xx never are. */
export function needsRelist(error: unknown): boolean {
  return error instanceof ApiStatusError && (error.status === 410 || error.status === 400);
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ApiStatusError && error.status === 403;
}

/** The API server does not serve the kind. */
export function isAbsent(error: unknown): boolean {
  return error instanceof ApiStatusError && error.status === 404;
}

/** An API server that knows no streamed lists, or will not give them. */
export function refusesStreaming(error: unknown): boolean {
  return error instanceof ApiStatusError && [400, 406, 422].includes(error.status);
}

/** An answer that may be to the streamed list alone: pages may do. Not so of 401, 403, 404, 429 and 503. */
export function failsStreaming(error: unknown): boolean {
  return error instanceof ApiStatusError && ![401, 403, 404, 429, 503].includes(error.status);
}

/** Milliseconds that `Retry-After` asks for; obeyed on 429 and 5xx, up to five minutes. */
export function retryAfter(error: unknown): number {
  if (!(error instanceof ApiStatusError)) return 0;
  return error.status === 429 || error.status >= 500 ? Math.min(error.retryAfter, 300_000) : 0;
}

/** A failed fetch, in words that say what to look at. */
export function unreachable(server: string, cause: unknown): ConnectionError {
  const text = messageOfCause(cause);
  const known = REASONS.find(([pattern]) => pattern.test(text));
  const reason = known?.[1] ??
    text.replace(/^error sending request.*?: /, "").replace(/^client error \(\w+\): /, "");
  return new ConnectionError(`cannot reach the API server at ${server}: ${reason}`, { cause });
}

/** What fetch itself says is only that it failed; its cause knows why. */
function messageOfCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/connection refused/i, "connection refused"],
  [/lookup address|dns error/i, "its host name does not resolve"],
  [/UnknownIssuer/, "its certificate is signed by an authority that certificate-authority does not hold"],
  [/NotValidForName/, "its certificate is for another host name"],
  [/invalid peer certificate.*Expired/i, "its certificate has expired"],
  [/CertificateRequired|HandshakeFailure|AccessDenied|DecryptError/i, "it refuses our client certificate"],
  [/network (is )?unreachable|no route to host/i, "there is no route to it"],
  [/timed out/i, "it does not answer"],
];

function explain(status: number, message: string): string {
  const said = message === "" ? "" : `: ${message.slice(0, 300)}`;
  switch (status) {
    case 401:
      return `the API server does not accept the credentials (401)${said}`;
    case 404:
      return `the API server does not serve the kind (404)${said}`;
    case 406:
      return `the API server cannot give metadata alone (406)${said}`;
    default:
      return `the API server answers ${status}${said}`;
  }
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === "string") return message;
  } catch {
    // Not a Status: proxies and the API server's own filters answer with plain text.
  }
  return text.trim();
}

function parseRetryAfter(header: string | null, now: number): number {
  if (header === null) return 0;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return wait > 0 ? wait : 0;
}
