/**
 * Who may ask, and what exists for them. A request is admitted before its answer is made: it gets a reader of
 * the graph that sees exactly what the asker may list. Everything else follows from that reader.
 */
import type { GraphReader } from "../graph/queries/reader.ts";

/** The namespaces whose resources decide an answer. Undefined: all. */
export type Need = readonly string[] | undefined;

/** The part of a request that tells who asks. */
export interface Credentials {
  /** The header `Authorization`. */
  readonly authorization: string | null;
  /** The address of the client, for the limit of failed attempts. */
  readonly address: string;
}

/** Someone who may ask. */
export interface Asker {
  /** The name of the user, for the log. Empty where nobody is asked for a name. */
  readonly name: string;
  readonly graph: GraphReader;
  /** Names the rights: equal for askers for whom the same exists. Empty for those who see everything. */
  readonly rights: string;
  /** The namespaces in which the asker sees kinds that they do not see in all namespaces. */
  readonly namespaces: readonly string[];
}

export interface Access {
  readonly mode: "token" | "kubernetes";
  /**
   * Admits a request. The answer is immediate if all that it depends on is known.
   *
   * @throws {AccessError} (or rejects with it) if the request must be refused.
   */
  ask(credentials: Credentials, need: Need): Asker | Promise<Asker>;
  /** Reports whether the bearer of the credentials may read the metrics. @throws {AccessError} as `ask` does. */
  mayReadMetrics(credentials: Credentials): Promise<boolean>;
}

/** A refusal. Its message tells nothing that only the asker may know. */
export class AccessError extends Error {
  override name = "AccessError";

  constructor(
    readonly reason: "unauthenticated" | "too-many-failures" | "too-many-requests" | "unavailable",
    message: string,
  ) {
    super(message);
  }
}

/** The most characters of a bearer token. Tokens of identity providers with many groups have a few thousand. */
const TOKEN_CHARACTERS_MAX = 16_384;

/**
 * Returns the bearer token of a request (RFC 6750, section 2.1).
 *
 * @throws {AccessError} without one, or with one that cannot be valid.
 */
export function bearerToken({ authorization }: Credentials): string {
  if (authorization === null) throw unauthenticated("This server needs a bearer token");
  const [, token] = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization) ?? [];
  if (token === undefined || token.length > TOKEN_CHARACTERS_MAX) {
    throw unauthenticated("The header Authorization has no bearer token that could be valid");
  }
  return token;
}

export function unauthenticated(message: string): AccessError {
  return new AccessError("unauthenticated", message);
}
