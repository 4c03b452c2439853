/**
 * The failures between us and the API server, in two classes: it answered with a failure (ApiStatusError), or
 * no usable answer came (ConnectionError). TooManyObjects is our own refusal. Any other error is a bug of ours
 * and ends the program. The predicates below decide how a reflector reacts.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/
 */

/** A failure that the API server reported: as an HTTP answer, or as an ERROR event in a watch. */
export class ApiStatusError extends Error {
  override name = "ApiStatusError";

  constructor(
    readonly status: number,
    message: string,
    /** The milliseconds that the API server asks us to wait before the next request. 0: it does not ask. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** Creates an error from a response that is not a success. Its body should be a Status. */
  static from({ status, headers }: Response, { text, now }: { text: string; now: number }): ApiStatusError {
    const retryAfter = parseRetryAfter(headers.get("retry-after"), now);
    return new ApiStatusError(status, explain(status, messageOf(text)), retryAfter);
  }

  /** Creates an error from the object of an ERROR event, which should be a Status. */
  static of(object: unknown): ApiStatusError {
    const { code, message } = (object ?? {}) as { code?: unknown; message?: unknown };
    const status = typeof code === "number" ? code : 500;
    return new ApiStatusError(status, explain(status, typeof message === "string" ? message : ""));
  }
}

/** There is no connection, it broke or became silent, or its bytes are not an answer of Kubernetes. */
export class ConnectionError extends Error {
  override name = "ConnectionError";
  /** The milliseconds without a byte before the failure. */
  readonly silence: number;

  constructor(message: string, { silence = 0, ...options }: ErrorOptions & { silence?: number } = {}) {
    super(message, options);
    this.silence = silence;
  }
}

/** The bytes are not what the API server said they were, so that another format may help. */
export class FormatError extends ConnectionError {
  override name = "FormatError";
}

/** A scope has more objects than may be followed. */
export class TooManyObjects extends Error {
  override name = "TooManyObjects";

  /** @param exact Whether the scope has just `objects`, and not at least so many. */
  constructor(readonly objects: number, { exact, max }: { exact: boolean; max: number }) {
    super(
      `${exact ? "" : "more than "}${objects.toLocaleString("en")} objects, of which at most ` +
        `${max.toLocaleString("en")} are followed unless --custom-resources or --config names the kind`,
    );
  }
}

/**
 * Reports whether the resourceVersion is too old, so that only a new list helps. 429 and 5xx never mean that.
 */
export function needsRelist(error: unknown): boolean {
  return error instanceof ApiStatusError && (error.status === 410 || error.status === 400);
}

export function isForbidden(error: unknown): boolean {
  return error instanceof ApiStatusError && error.status === 403;
}

/** Reports whether the API server does not serve the kind. */
export function isAbsent(error: unknown): boolean {
  return error instanceof ApiStatusError && error.status === 404;
}

/** Reports whether the API server does not know or does not allow streamed lists. */
export function refusesStreaming(error: unknown): boolean {
  return error instanceof ApiStatusError && [400, 406, 422].includes(error.status);
}

/**
 * Reports whether only the streamed list may have failed, so that pages may work. 401, 403, 404, 429 and 503
 * concern both.
 */
export function failsStreaming(error: unknown): boolean {
  return error instanceof ApiStatusError && ![401, 403, 404, 429, 503].includes(error.status);
}

/** Returns the milliseconds that `Retry-After` asks for, on 429 and 5xx, five minutes at most. */
export function retryAfter(error: unknown): number {
  if (!(error instanceof ApiStatusError)) return 0;
  return error.status === 429 || error.status >= 500 ? Math.min(error.retryAfter, 300_000) : 0;
}

/** Creates an error from a failed fetch. Its message tells what to check. */
export function unreachable(server: string, cause: unknown): ConnectionError {
  const text = messageOfCause(cause);
  const known = REASONS.find(([pattern]) => pattern.test(text));
  const reason = known?.[1] ??
    text.replace(/^error sending request.*?: /, "").replace(/^client error \(\w+\): /, "");
  return new ConnectionError(`cannot reach the API server at ${server}: ${reason}`, { cause });
}

/** Returns the message of the cause, because the message of fetch itself contains no reason. */
function messageOfCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/connection refused/i, "connection refused"],
  [/lookup address|dns error/i, "its host name cannot be resolved"],
  [/UnknownIssuer/, "its certificate is signed by an authority that is not in certificate-authority"],
  [/NotValidForName/, "its certificate is for another host name"],
  [/invalid peer certificate.*Expired/i, "its certificate has expired"],
  [/CertificateRequired|HandshakeFailure|AccessDenied|DecryptError/i, "it rejects our client certificate"],
  [/network (is )?unreachable|no route to host/i, "there is no route to it"],
  [/timed out/i, "it does not answer"],
  [/reset by peer|broken pipe|close_notify|unexpected.eof|closed before message/i, "the connection was cut"],
];

function explain(status: number, message: string): string {
  const said = message === "" ? "" : `: ${message.slice(0, 300)}`;
  switch (status) {
    case 401:
      return `the API server does not accept the credentials (401)${said}`;
    case 404:
      return `the API server does not serve the kind (404)${said}`;
    case 406:
      return `the API server cannot return only metadata (406)${said}`;
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
