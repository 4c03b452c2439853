/**
 * Admits whom the API server knows, and shows them what the API server lets them list. What it says of a token
 * is kept, under a hash of the token, for less than a minute, and while it does not answer for five minutes.
 * The number of tokens that are remembered is limited, and so are the questions that are asked at once.
 */
import { createHash } from "node:crypto";
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Logger } from "../log.ts";
import type { Clock } from "../model/clock.ts";
import {
  type Access,
  AccessError,
  type Asker,
  bearerToken,
  type Credentials,
  type Need,
  unauthenticated,
} from "./access.ts";
import { FailureLimit } from "./failure_limit.ts";
import type { Identity } from "./granted_namespaces.ts";
import type { Reviews } from "./reviews.ts";
import { SeenByRights } from "./rights.ts";
import { RightsFinder } from "./rights_finder.ts";
import { Session, type SessionOptions } from "./session.ts";
import { Turnstile } from "./turnstile.ts";

const SESSIONS_MAX = 10_000;
const REFUSED_MAX = 10_000;
const REFUSED_FOR_MS = 10_000;
/** The reviews that are under way at once, and those that wait. */
const IDENTIFYING = { runningMax: 20, waitingMax: 1_000 };
const ASKING = { runningMax: 40, waitingMax: 100_000 };

export interface KubernetesAccessOptions {
  readonly graph: GraphReader;
  readonly reviews: Reviews;
  /** The namespaces in which somebody may have rights of their own. */
  readonly namespaces: (identity: Identity) => readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

export class KubernetesAccess implements Access {
  readonly mode = "kubernetes";
  readonly #clock: Clock;
  readonly #session: SessionOptions;
  readonly #failures: FailureLimit;
  /** Sessions by hash of the token, the longest unused first. */
  readonly #sessions = new Map<string, Session>();
  /** Until when tokens are refused without asking, by hash. */
  readonly #refused = new Map<string, number>();

  constructor({ graph, namespaces, log, clock, reviews }: KubernetesAccessOptions) {
    this.#clock = clock;
    const limited = limit(reviews);
    const kinds = () => graph.kinds.filter((_, kind) => graph.hasKind(kind));
    this.#session = {
      clock,
      reviews: limited,
      finder: new RightsFinder({ reviews: limited, kinds, namespaces, log }),
      seenByRights: new SeenByRights(graph),
      mayHaveNamespace: (namespace) => graph.mayHaveNamespace(namespace),
    };
    this.#failures = new FailureLimit(clock);
  }

  ask(credentials: Credentials, need: Need): Asker | Promise<Asker> {
    return this.#use(credentials, (session, token) => session.ask(token, need));
  }

  async mayReadMetrics(credentials: Credentials): Promise<boolean> {
    return await this.#use(credentials, (session, token) => session.mayReadMetrics(token));
  }

  #use<T>(
    credentials: Credentials,
    ask: (session: Session, token: string) => T | Promise<T>,
  ): T | Promise<T> {
    const token = bearerToken(credentials);
    const id = createHash("sha256").update(token).digest("base64");
    const known = this.#sessions.get(id);
    if (known === undefined) this.#refuseAtOnce(id, credentials);
    const session = known ?? new Session(this.#session);
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    if (this.#sessions.size > SESSIONS_MAX) forgetOldest(this.#sessions);
    const answer = ask(session, token);
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((error) => {
      if (!(error instanceof AccessError)) throw unavailable();
      if (error.reason === "unauthenticated") this.#refuse(id, credentials);
      throw error;
    });
  }

  /** @throws {AccessError} if a token that we do not know must not be tried now. */
  #refuseAtOnce(id: string, { address }: Credentials): void {
    if (!this.#failures.allows(address)) {
      throw new AccessError("too-many-failures", "Too many requests without a valid token");
    }
    if ((this.#refused.get(id) ?? 0) <= this.#clock.now()) return;
    this.#failures.failed(address);
    throw unauthenticated("The bearer token is not valid");
  }

  #refuse(id: string, { address }: Credentials): void {
    this.#failures.failed(address);
    this.#sessions.delete(id);
    this.#refused.delete(id);
    this.#refused.set(id, this.#clock.now() + REFUSED_FOR_MS);
    if (this.#refused.size > REFUSED_MAX) forgetOldest(this.#refused);
  }
}

/** Limits how many reviews are under way. */
function limit(reviews: Reviews): Reviews {
  const identifying = new Turnstile(IDENTIFYING);
  const asking = new Turnstile(ASKING);
  const inTurn = <T>(turnstile: Turnstile, ask: () => Promise<T>) =>
    turnstile.pass(ask) ?? Promise.reject(unavailable());
  return {
    identify: (token) => inTurn(identifying, () => reviews.identify(token)),
    rules: (...asked) => inTurn(asking, () => reviews.rules(...asked)),
    mayList: (...asked) => inTurn(asking, () => reviews.mayList(...asked)),
    mayGet: (...asked) => inTurn(asking, () => reviews.mayGet(...asked)),
  };
}

function forgetOldest(map: Map<string, unknown>): void {
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}

function unavailable(): AccessError {
  return new AccessError("unavailable", "The API server does not say now who may see what; ask again later");
}
