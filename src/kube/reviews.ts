/**
 * Asks the API server who the bearer of a token is, and what they may list. Identity is asked for with our own
 * credentials (TokenReview), or with the token itself where we may not (SelfSubjectReview). Rights are always
 * asked for with the token, so that the API server decides for just that bearer.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#self-subject-review
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
import type { Clock } from "../model/clock.ts";
import type { ResourceKind } from "../model/resource_kind.ts";
import type { KubeClient } from "./client.ts";
import { ApiStatusError, ConnectionError } from "./errors.ts";
import { postText } from "./fetch_text.ts";

const TIMEOUT_MS = 5_000;
const AUTHENTICATION = "authentication.k8s.io/v1";
const AUTHORIZATION = "authorization.k8s.io/v1";

export interface ReviewsOptions {
  readonly client: Pick<KubeClient, "post">;
  readonly clock: Clock;
}

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly spec?: unknown;
}

interface UserInfo {
  readonly username?: unknown;
  readonly groups?: unknown;
}

function identityOf({ username, groups }: UserInfo = {}) {
  if (typeof username !== "string") return undefined;
  return {
    name: username,
    groups: Array.isArray(groups) ? groups.filter((it) => typeof it === "string") : [],
  };
}

export class Reviews {
  readonly #options: ReviewsOptions;
  /** Whether we may create TokenReviews, as far as we know. */
  #mayReviewTokens = true;

  constructor(options: ReviewsOptions) {
    this.#options = options;
  }

  /**
   * Returns the name and the groups of the bearer of a token, or undefined if the API server does not accept the token.
   *
   * @throws {ApiStatusError | ConnectionError} if the API server does not say.
   */
  async identify(
    token: string,
  ): Promise<{ readonly name: string; readonly groups: readonly string[] } | undefined> {
    if (this.#mayReviewTokens) {
      const review = {
        apiVersion: AUTHENTICATION,
        kind: "TokenReview",
        plural: "tokenreviews",
        spec: { token },
      };
      try {
        const { authenticated, user } = await this.#create<
          { readonly authenticated?: unknown; readonly user?: UserInfo }
        >(review, {}) ?? {};
        return authenticated === true ? identityOf(user) : undefined;
      } catch (error) {
        if (!(error instanceof ApiStatusError && error.status === 403)) throw error;
        this.#mayReviewTokens = false;
      }
    }
    const review = { apiVersion: AUTHENTICATION, kind: "SelfSubjectReview", plural: "selfsubjectreviews" };
    const status = await this.#create<{ readonly userInfo?: UserInfo }>(review, { token });
    const identity = identityOf(status?.userInfo);
    return identity?.name === "system:anonymous" ? undefined : identity;
  }

  /**
   * Returns the rules that hold for the bearer of a token in a namespace, and whether there may be more.
   * Returns undefined if the API server no longer accepts the token.
   *
   * @throws {ApiStatusError | ConnectionError} if the API server does not say.
   */
  async rules(
    token: string,
    namespace: string,
  ): Promise<{ readonly rules: readonly object[]; readonly incomplete: boolean } | undefined> {
    const status = await this.#create<{ readonly resourceRules?: unknown; readonly incomplete?: unknown }>({
      apiVersion: AUTHORIZATION,
      kind: "SelfSubjectRulesReview",
      plural: "selfsubjectrulesreviews",
      spec: { namespace },
    }, { token });
    if (status === undefined) return undefined;
    const { resourceRules, incomplete } = status;
    const rules = Array.isArray(resourceRules)
      ? resourceRules.filter((it) => typeof it === "object" && it !== null)
      : [];
    return { rules, incomplete: incomplete !== false };
  }

  /** Reports whether the bearer of a token may list a kind, in all namespaces or in one; otherwise as `rules`. */
  mayList(token: string, { group, plural }: ResourceKind, namespace: string): Promise<boolean | undefined> {
    return this.#allows(token, { resourceAttributes: { verb: "list", group, resource: plural, namespace } });
  }

  /** Reports whether the bearer of a token may get a path that is not a resource; otherwise as `rules`. */
  mayGet(token: string, path: string): Promise<boolean | undefined> {
    return this.#allows(token, { nonResourceAttributes: { verb: "get", path } });
  }

  /** A decision with conditions depends on the object (KEP-5681), and counts as a refusal. */
  async #allows(token: string, spec: unknown): Promise<boolean | undefined> {
    const status = await this.#create<Readonly<Record<string, unknown>>>({
      apiVersion: AUTHORIZATION,
      kind: "SelfSubjectAccessReview",
      plural: "selfsubjectaccessreviews",
      spec,
    }, { token });
    if (status === undefined) return undefined;
    const isConditional = Object.keys(status).some((field) => field.toLowerCase().startsWith("condition"));
    return status.allowed === true && status.denied !== true && !isConditional;
  }

  /** Returns the status of a review, or undefined if the API server does not accept `token`. */
  async #create<Status>(
    { apiVersion, kind, plural, spec }: Review,
    { token }: { token?: string },
  ): Promise<Status | undefined> {
    const { client, clock } = this.#options;
    const { response, text } = await postText(client, `/apis/${apiVersion}/${plural}`, {
      body: JSON.stringify({ apiVersion, kind, spec }),
      token,
      clock,
      idleTimeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(2 * TIMEOUT_MS),
    });
    if (response.status === 401 && token !== undefined) return undefined;
    if (!response.ok) throw ApiStatusError.from(response, { text, now: clock.now() });
    try {
      const { status } = JSON.parse(text) as { status?: Status };
      if (typeof status === "object" && status !== null) return status;
    } catch {
      // Not an answer of an API server.
    }
    throw new ConnectionError(`the API server does not answer a ${kind} with a status`);
  }
}
