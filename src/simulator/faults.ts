/**
 * Faults between an API server and its client, on demand.
 *
 *   faults.add({ kind: "Pod", verb: "list", times: 1, fault: { do: "answer", code: 500 } });
 *   faults.strike({ do: "cut" }, { kind: "Pod" });
 *
 * `add` affects future requests, `strike` affects open watches.
 */
import { ApiError, type ApiErrorDetails } from "./api_error.ts";

/** A fault that replaces the answer. */
export type RequestFault =
  /** A Status object with this HTTP code. For 410 the reason is Expired. */
  | { readonly do: "answer"; readonly code: number; readonly retryAfter?: number; readonly message?: string }
  /** The answer is delayed by this many milliseconds. */
  | { readonly do: "delay"; readonly milliseconds: number }
  /** The connection ends directly after the header of the answer. */
  | { readonly do: "reset" }
  /** The request is read and never answered. */
  | { readonly do: "hang" };

/** A fault within an answer, after this many objects. Default: 0. */
export type StreamFault =
  & { readonly after?: number }
  & (
    /** The connection ends. */
    | { readonly do: "cut" }
    /** The connection ends in the middle of a line. */
    | { readonly do: "half-line" }
    /** A line that is not JSON; then the answer continues. */
    | { readonly do: "garbage" }
    /** The answer sends no more bytes but does not end. */
    | { readonly do: "silence" }
    /** An ERROR event with a Status of this code, such as 410; then the answer ends normally. */
    | { readonly do: "error"; readonly code: number; readonly message?: string }
  );

export type Verb = "list" | "watch" | "get";

export interface FaultRule {
  /** Only requests for this kind. Default: all kinds. */
  readonly kind?: string;
  readonly verb?: Verb;
  /** Only watches with `sendInitialEvents`. */
  readonly streamedList?: boolean;
  /** Number of requests that it affects. Default: all. */
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
  /** Rejects streamed lists with 422, as an API server does that does not support them. */
  refuseStreamedLists = false;
  readonly #rules: { readonly rule: FaultRule; left: number }[] = [];
  readonly #open: (kind?: string) => readonly Sufferer[];

  /** @param open returns the open watches of one kind, or all of them. */
  constructor(open: (kind?: string) => readonly Sufferer[]) {
    this.#open = open;
  }

  /** Adds a rule. The returned function removes it. If several rules match, the oldest applies. */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? Infinity };
    this.#rules.push(entry);
    return () => void (entry.left = 0);
  }

  /** Removes all rules. */
  clear(): void {
    this.#rules.length = 0;
    this.refuseStreamedLists = false;
  }

  /** Applies the fault to the open watches of one kind, or to all, and returns their number. */
  strike(fault: StreamFault, { kind }: { readonly kind?: string } = {}): number {
    const struck = this.#open(kind);
    for (const stream of struck) stream.suffer(fault);
    return struck.length;
  }

  /** Returns the fault for this request. */
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
