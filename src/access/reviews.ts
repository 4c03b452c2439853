import type { ResourceKind } from "../model/resource_kind.ts";
import type { Identity } from "./granted_namespaces.ts";
import type { ReviewedRule } from "./rules.ts";

/**
 * What the API server says of the bearer of a token. Every question is answered with undefined if the API
 * server does not accept the token, and rejects if it does not answer.
 */
export interface Reviews {
  identify(token: string): Promise<Identity | undefined>;
  /** The rules that hold in a namespace. If they are incomplete, there may be more, and these may not hold. */
  rules(
    token: string,
    namespace: string,
  ): Promise<{ readonly rules: readonly ReviewedRule[]; readonly incomplete: boolean } | undefined>;
  /** Reports whether the bearer may list a kind in a namespace, or in all for "". */
  mayList(token: string, kind: ResourceKind, namespace: string): Promise<boolean | undefined>;
  /** Reports whether the bearer may get a path that is not a resource. */
  mayGet(token: string, path: string): Promise<boolean | undefined>;
}
