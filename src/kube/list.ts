import { readText } from "./body.ts";
import type { KubeClient } from "./client.ts";
import type { Clock } from "../model/clock.ts";
import { ApiStatusError, ConnectionError } from "./errors.ts";
import { acceptOf, admissible, pathOf, searchOf, type Selection } from "./request.ts";
import { Watchdog } from "./watchdog.ts";

export interface ListRequest extends Selection {
  /** Longest time without a byte, in milliseconds. */
  readonly silence: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The first page has come; more than once when a later one has expired. */
  onBegin(): void;
  onObject(object: object): void;
}

const PAGE_SIZE = "500";
const MAX_ATTEMPTS = 3;

/**
 * Lists page by page and returns the resourceVersion to watch from. The first page is a quorum read
 * (no resourceVersion): an API server that lags behind must not make us delete newer objects.
 *
 * @throws {ApiStatusError} when a page is refused.
 * @throws {ConnectionError} when a page breaks off, goes silent or is no list.
 */
export async function list(client: Pick<KubeClient, "fetch">, request: ListRequest): Promise<string> {
  for (let attempt = 1;; attempt++) {
    let token = "";
    try {
      do {
        const page = await fetchPage(client, request, token);
        if (token === "") request.onBegin();
        for (const item of page.items) request.onObject(admissible(request.scope.kind, item));
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

interface Page {
  readonly items: readonly object[];
  readonly resourceVersion: string;
  /** Leads to the next page; empty on the last. */
  readonly token: string;
}

async function fetchPage(
  client: Pick<KubeClient, "fetch">,
  request: ListRequest,
  token: string,
): Promise<Page> {
  const { scope, clock, silence } = request;
  const dog = new Watchdog(() => silence, request);
  try {
    const response = await client.fetch(pathOf(scope), {
      accept: acceptOf(scope.kind, "list"),
      search: searchOf(request, { limit: PAGE_SIZE, ...(token === "" ? {} : { continue: token }) }),
      signal: dog.signal,
    });
    dog.heard();
    const text = await readText(response, { signal: dog.signal, onBytes: dog.heard });
    if (!response.ok) throw ApiStatusError.from(response, { text, now: clock.now() });
    return pageOf(text);
  } catch (error) {
    if (dog.bit) throw new ConnectionError(`silent for ${silence / 1000} s`, { cause: error });
    throw error;
  } finally {
    dog.stop();
  }
}

function pageOf(text: string): Page {
  let list;
  try {
    list = JSON.parse(text) as { items?: unknown; metadata?: Record<string, unknown> } | null;
  } catch (cause) {
    throw new ConnectionError("the API server answers with what is no JSON", { cause });
  }
  const resourceVersion = list?.metadata?.["resourceVersion"];
  // Go writes an empty list of items as null.
  const items = list?.items ?? [];
  if (typeof resourceVersion !== "string" || !Array.isArray(items)) {
    throw new ConnectionError("the API server answers with what is no list");
  }
  const token = list?.metadata?.["continue"];
  return {
    items: items.filter((item) => typeof item === "object" && item !== null),
    resourceVersion,
    token: typeof token === "string" ? token : "",
  };
}
