/** The query parameters of lists and watches, validated by the rules of the API server. */
import { type LabelSelector, parseLabelSelector } from "../model/label_selector.ts";
import { ApiError, forbiddenListOption, unsupportedListOption } from "./api_error.ts";

const MATCHES = ["Exact", "NotOlderThan"];

export interface ListOptions {
  readonly watch: boolean;
  readonly selector: LabelSelector;
  /** The field selector `metadata.name`. No other is supported. */
  readonly name?: string | undefined;
  /** 0 means no limit. */
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
  const timeoutSeconds = numberOf(query, "timeoutSeconds");

  if (watch && sendInitialEvents !== undefined && match !== "NotOlderThan") {
    throw forbiddenListOption(
      "resourceVersionMatch",
      "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
    );
  }
  if (watch && sendInitialEvents === undefined && match !== undefined) {
    throw forbiddenListOption(
      "resourceVersionMatch",
      "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
    );
  }
  if (match !== undefined && !MATCHES.includes(match)) {
    throw unsupportedListOption("resourceVersionMatch", match);
  }
  if (!watch && match !== undefined && revision === undefined) {
    throw forbiddenListOption(
      "resourceVersionMatch",
      "resourceVersionMatch is forbidden unless resourceVersion is provided",
    );
  }
  if (!watch && sendInitialEvents !== undefined) {
    throw forbiddenListOption("sendInitialEvents", "sendInitialEvents is forbidden for list");
  }
  if (continueToken !== undefined && revision !== undefined && revision !== 0) {
    throw new ApiError(400, "specifying resource version is not allowed when using continue");
  }

  return {
    watch,
    selector: selectorOf(query.get("labelSelector") ?? ""),
    name: nameOf(query.get("fieldSelector") ?? ""),
    limit: numberOf(query, "limit") ?? 0,
    ...(continueToken === undefined ? {} : { continueToken }),
    ...(revision === undefined ? {} : { revision }),
    exact: match === "Exact",
    sendInitialEvents,
    allowWatchBookmarks: booleanOf(query, "allowWatchBookmarks") ?? false,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
}

function selectorOf(text: string): LabelSelector {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw new ApiError(400, error instanceof Error ? error.message : String(error));
  }
}

/** Removes the escapes of commas and equals signs in a field selector. */
function nameOf(fieldSelector: string): string | undefined {
  if (fieldSelector === "") return undefined;
  const [, name] = /^metadata\.name==?((?:[^,=\\]|\\.)*)$/s.exec(fieldSelector) ?? [];
  if (name === undefined) throw new ApiError(400, `field selector not supported: ${fieldSelector}`);
  return name.replaceAll(/\\(.)/gs, "$1");
}

function booleanOf(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return text !== "0" && text.toLowerCase() !== "false";
}

function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^\d+$/.test(text)) throw new ApiError(400, `${name}: ${JSON.stringify(text)} is not a number`);
  return Number(text);
}
