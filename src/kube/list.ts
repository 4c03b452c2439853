import type { Clock } from "../model/clock.ts";
import type { KubeClient } from "./client.ts";
import { ApiStatusError, ConnectionError } from "./errors.ts";
import { fetchText } from "./fetch_text.ts";
import { acceptOf, admissible, pathOf, type ScopeRequest, searchOf } from "./request.ts";

export interface PageRequest extends ScopeRequest {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface ListRequest extends PageRequest {
  /**
   * Called when the first page has arrived, and again if a later page has expired and the list starts again.
   */
  onBegin(): void;
  onObject(object: object): void;
}

export interface Page {
  readonly items: readonly object[];
  readonly resourceVersion: string;
  /** The token of the next page. Empty on the last page. */
  readonly token: string;
  /** The number of objects on the later pages. Undefined if the API server does not tell. */
  readonly remaining: number | undefined;
}

const PAGE_SIZE = "500";
const MAX_ATTEMPTS = 3;
/** The longest time without a byte. */
export const LIST_IDLE_TIMEOUT_MS = 60_000;

/**
 * Lists page by page and returns the resourceVersion to watch from. The first page is a quorum read
 * (no resourceVersion): an API server that lags behind must not make us delete newer objects.
 *
 * @throws {ApiStatusError} when a page is refused.
 * @throws {ConnectionError} when a page breaks off, becomes silent or is not a list.
 */
export async function list(client: Pick<KubeClient, "fetch">, request: ListRequest): Promise<string> {
  for (let attempt = 1;; attempt++) {
    let token = "";
    try {
      do {
        const search = { limit: PAGE_SIZE, ...(token === "" ? {} : { continue: token }) };
        const page = await fetchPage(client, request, search);
        if (token === "") request.onBegin();
        for (const item of page.items) request.onObject(item);
        token = page.token;
        if (token === "") return page.resourceVersion;
      } while (!request.signal.aborted);
      throw request.signal.reason;
    } catch (error) {
      const expired = token !== "" && error instanceof ApiStatusError && error.status === 410;
      if (!expired || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/**
 * Fetches one page of the scope.
 *
 * @throws As `list`.
 */
export async function fetchPage(
  client: Pick<KubeClient, "fetch">,
  request: PageRequest,
  search: Record<string, string>,
): Promise<Page> {
  const { scope, clock, signal } = request;
  const { response, text } = await fetchText(client, pathOf(scope), {
    accept: acceptOf(scope.kind, "list"),
    search: searchOf(request, search),
    idleTimeout: LIST_IDLE_TIMEOUT_MS,
    clock,
    signal,
  });
  if (!response.ok) throw ApiStatusError.from(response, { text, now: clock.now() });
  const { items, ...page } = parsePage(text);
  return { ...page, items: items.map((item) => admissible(scope.kind, item)) };
}

function parsePage(text: string): Page {
  let list;
  try {
    list = JSON.parse(text) as { items?: unknown; metadata?: Record<string, unknown> } | null;
  } catch (cause) {
    throw new ConnectionError("the API server's answer is not JSON", { cause });
  }
  const { resourceVersion, continue: token, remainingItemCount } = list?.metadata ?? {};
  // Go writes an empty list of items as null.
  const items = list?.items ?? [];
  if (typeof resourceVersion !== "string" || !Array.isArray(items)) {
    throw new ConnectionError("the API server's answer is not a list");
  }
  const last = typeof token !== "string" || token === "";
  return {
    items: items.filter((item) => typeof item === "object" && item !== null),
    resourceVersion,
    token: last ? "" : token,
    remaining: last ? 0 : typeof remainingItemCount === "number" ? remainingItemCount : undefined,
  };
}
