import type { ResourceKind } from "../model/resource_kind.ts";

export interface ApiErrorDetails {
  /** The resource, named by its plural. */
  readonly kind?: string;
  readonly name?: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly { reason: string; message: string; field?: string }[];
}

const REASONS: Record<number, string> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Expired",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** A failure that the API server answers with: a `Status` object. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: number,
    message: string,
    readonly options: { readonly reason?: string; readonly details?: ApiErrorDetails } = {},
  ) {
    super(message);
  }

  /** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
  toJSON(): Record<string, unknown> {
    const { reason = REASONS[this.code] ?? "Unknown", details } = this.options;
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      reason,
      ...(details === undefined ? {} : { details }),
      code: this.code,
    };
  }
}

/** What is wrong with one parameter of a list or a watch. */
export interface ListOptionError {
  readonly field: string;
  readonly reason: "FieldValueForbidden" | "FieldValueNotSupported" | "FieldValueInvalid";
  readonly message: string;
}

/** Returns the failure for parameters that contradict each other or have invalid values. */
export function invalidListOptions(causes: readonly ListOptionError[]): ApiError {
  const messages = causes.map(({ field, message }) => `${field}: ${message}`);
  const all = messages.length === 1 ? messages[0] : `[${messages.join(", ")}]`;
  return new ApiError(422, `ListOptions.meta.k8s.io "" is invalid: ${all}`, {
    details: { kind: "ListOptions", causes },
  });
}

export function expired(message: string): ApiError {
  return new ApiError(410, message);
}

export function notFound(kind: ResourceKind, name: string): ApiError {
  return new ApiError(404, `${resourceOf(kind)} "${name}" not found`, {
    details: { name, kind: kind.plural },
  });
}

export function conflict(
  kind: ResourceKind,
  { name, problem, reason = "Conflict" }: { name: string; problem: string; reason?: string },
): ApiError {
  const details = { name, kind: kind.plural };
  return new ApiError(409, `${resourceOf(kind)} "${name}" ${problem}`, { reason, details });
}

function resourceOf({ group, plural }: ResourceKind): string {
  return group === "" ? plural : `${plural}.${group}`;
}
