/** The query parameters of lists and watches, validated by the rules of the API server. */
import { type LabelSelector, parseLabelSelector } from "../model/label_selector.ts";
import { ApiError, invalidListOptions, type ListOptionError } from "./api_error.ts";
import { type FieldSelector, parseFieldSelector } from "./field_selector.ts";

const MATCHES = ["Exact", "NotOlderThan", ""];
/** The API server says this even for a watch without resourceVersionMatch. */
const WITH_CONTINUE = "resourceVersionMatch is forbidden when continue is provided";

export interface ListOptions {
  readonly watch: boolean;
  readonly selector: LabelSelector;
  readonly fields: FieldSelector;
  /** 0 means no limit, as does a negative limit of a request. */
  readonly limit: number;
  readonly continueToken?: string;
  /** Undefined means the most recent state, 0 any state. */
  readonly revision?: number;
  readonly exact: boolean;
  /** If undefined, the API server decides by the resourceVersion. */
  readonly sendInitialEvents: boolean | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly timeoutSeconds?: number;
}

/**
 * @throws {ApiError} 400 for a value that cannot be parsed, 422 for parameters that exclude each other.
 */
export function listOptionsOf(query: URLSearchParams): ListOptions {
  const watch = booleanOf(query, "watch") ?? false;
  const revision = numberOf(query, "resourceVersion");
  const match = query.get("resourceVersionMatch") || undefined;
  const sendInitialEvents = booleanOf(query, "sendInitialEvents");
  const continueToken = query.get("continue") || undefined;
  const timeoutSeconds = numberOf(query, "timeoutSeconds", { isSigned: true });

  const errors = watch
    ? watchErrors({ match, sendInitialEvents, continueToken })
    : listErrors({ match, sendInitialEvents, revision, continueToken });
  if (errors.length > 0) throw invalidListOptions(errors);
  if (continueToken !== undefined && revision !== undefined && revision !== 0) {
    throw new ApiError(400, "specifying resource version is not allowed when using continue");
  }

  return {
    watch,
    selector: parsed(query.get("labelSelector") ?? "", parseLabelSelector),
    fields: parsed(query.get("fieldSelector") ?? "", parseFieldSelector),
    limit: Math.max(0, numberOf(query, "limit", { isSigned: true }) ?? 0),
    ...(continueToken === undefined ? {} : { continueToken }),
    ...(revision === undefined ? {} : { revision }),
    exact: match === "Exact",
    sendInitialEvents,
    allowWatchBookmarks: booleanOf(query, "allowWatchBookmarks") ?? false,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
}

interface Combination {
  readonly match: string | undefined;
  readonly sendInitialEvents: boolean | undefined;
  readonly revision?: number | undefined;
  readonly continueToken?: string | undefined;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-watch */
function watchErrors({ match, sendInitialEvents, continueToken }: Combination): ListOptionError[] {
  const errors: ListOptionError[] = [];
  if (continueToken !== undefined) errors.push(forbidden(WITH_CONTINUE));
  if (sendInitialEvents !== undefined && match !== "NotOlderThan") {
    errors.push(forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  }
  if (match === undefined) return errors;
  if (sendInitialEvents === undefined) {
    errors.push(
      forbidden("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"),
    );
  }
  if (match !== "NotOlderThan") errors.push(unsupported(match, ["NotOlderThan"]));
  return errors;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list */
function listErrors({ match, sendInitialEvents, revision, continueToken }: Combination): ListOptionError[] {
  const errors: ListOptionError[] = [];
  if (match !== undefined) {
    if (revision === undefined) {
      errors.push(forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided"));
    }
    if (continueToken !== undefined) errors.push(forbidden(WITH_CONTINUE));
    if (!MATCHES.includes(match)) errors.push(unsupported(match, MATCHES));
    if (match === "Exact" && revision === 0) {
      errors.push(forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (sendInitialEvents !== undefined) {
    errors.push(forbidden("sendInitialEvents is forbidden for list", "sendInitialEvents"));
  }
  return errors;
}

function forbidden(message: string, field = "resourceVersionMatch"): ListOptionError {
  return { field, reason: "FieldValueForbidden", message: `Forbidden: ${message}` };
}

function unsupported(match: string, supported: readonly string[]): ListOptionError {
  const values = supported.map((value) => JSON.stringify(value)).join(", ");
  const message = `Unsupported value: ${JSON.stringify(match)}: supported values: ${values}`;
  return { field: "resourceVersionMatch", reason: "FieldValueNotSupported", message };
}

function parsed<T>(text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    throw new ApiError(400, error instanceof Error ? error.message : String(error));
  }
}

function booleanOf(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return text !== "0" && text.toLowerCase() !== "false";
}

function numberOf(
  query: URLSearchParams,
  name: string,
  { isSigned = false }: { readonly isSigned?: boolean } = {},
): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const isNumber = isSigned ? /^[-+]?\d+$/.test(text) : /^\d+$/.test(text);
  if (!isNumber) throw new ApiError(400, `${name}: ${JSON.stringify(text)} is not a number`);
  return Number(text);
}
