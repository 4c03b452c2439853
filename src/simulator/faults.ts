/**
 * What can go wrong between an API server and its client, on demand.
 *
 *   faults.add({ kind: "Pod", verb: "list", times: 1, fault: { do: "answer", code: 500 } });
 *   faults.strike({ do: "cut" }, { kind: "Pod" });
 *
 * `add` meets requests that are to come, `strike` the watches that are open.
 */
import { ApiError, type ApiErrorDetails } from "./api_error.ts";

/** Instead of an answer. */
export type RequestFault =
  /** A Status object of this HTTP code; of 410, the reason is Expired. */
  | { readonly do: "answer"; readonly code: number; readonly retryAfter?: number; readonly message?: string }
  /** The answer comes this much later. */
  | { readonly do: "delay"; readonly milliseconds: number }
  /** The connection ends right after the header of the answer. */
  | { readonly do: "reset" }
  /** The request is read and never answered. */
  | { readonly do: "hang" };

/** In the midst of an answer, after this many objects of it (0 when left out). */
export type StreamFault =
  & { readonly after?: number }
  & (
    /** The connection ends. */
    | { readonly do: "cut" }
    /** The connection ends in the middle of a line. */
    | { readonly do: "half-line" }
    /** A line that is no JSON; then the answer goes on. */
    | { readonly do: "garbage" }
    /** Not a byte more, and no end either. */
    | { readonly do: "silence" }
    /** An ERROR event with a Status of this code, such as 410; then the answer ends as it should. */
    | { readonly do: "error"; readonly code: number; readonly message?: string }
  );

export type Verb = "list" | "watch" | "get";

export interface FaultRule {
  /** Of these kinds' requests alone; of all kinds' when left out. */
  readonly kind?: string;
  readonly verb?: Verb;
  /** Watches with `sendInitialEvents` alone. */
  readonly streamedList?: boolean;
  /** How many requests it meets; all when left out. */
  readonly times?: number;
  readonly fault: RequestFault | StreamFault;
}

export interface RequestInfo {
  readonly kind: string;
  readonly verb: Verb;
  readonly streamedList: boolean;
}

interface Sufferer {
  suffer(fault: StreamFault): void;
}

export class Faults {
  /** Streamed lists get the 422 of an API server that does not know them. */
  refuseStreamedLists = false;
  readonly #rules: { readonly rule: FaultRule; left: number }[] = [];
  readonly #open: (kind?: string) => readonly Sufferer[];

  /** `open` gives the watches that are open, of one kind or of all. */
  constructor(open: (kind?: string) => readonly Sufferer[]) {
    this.#open = open;
  }

  /** The returned function takes the rule away again. The rule that was added first comes first. */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? Infinity };
    this.#rules.push(entry);
    return () => void (entry.left = 0);
  }

  /** Takes all rules away. */
  clear(): void {
    this.#rules.length = 0;
    this.refuseStreamedLists = false;
  }

  /** Does the fault to the watches that are open, of one kind or of all, and says to how many. */
  strike(fault: StreamFault, { kind }: { readonly kind?: string } = {}): number {
    const struck = this.#open(kind);
    for (const stream of struck) stream.suffer(fault);
    return struck.length;
  }

  /** The fault that this request meets. */
  take(request: RequestInfo): RequestFault | StreamFault | undefined {
    const met = this.#rules.find(({ rule, left }) =>
      left > 0 &&
      (rule.kind ?? request.kind) === request.kind &&
      (rule.verb ?? request.verb) === request.verb &&
      (rule.streamedList ?? request.streamedList) === request.streamedList
    );
    if (met === undefined) return undefined;
    met.left--;
    return met.rule.fault;
  }
}

const MESSAGES: Record<number, string> = {
  401: "Unauthorized",
  403: "may not do that",
  404: "the server could not find the requested resource",
  410: "the requested resource version is too old",
  429: "too many requests, try again later",
  500: "an error on the server",
  503: "the server is not ready",
};

export function errorOf(
  { code, message, retryAfter }: {
    readonly code: number;
    readonly message?: string;
    readonly retryAfter?: number;
  },
): ApiError {
  const details: ApiErrorDetails | undefined = retryAfter === undefined
    ? undefined
    : { retryAfterSeconds: retryAfter };
  return new ApiError(
    code,
    message ?? MESSAGES[code] ?? `fault ${code}`,
    details === undefined ? {} : { details },
  );
}
