import type { Clock } from "../model/clock.ts";
import { readBody } from "./body.ts";
import type { KubeClient } from "./client.ts";
import { decodeEvent, isProtobuf, readRefusal } from "./envelope.ts";
import { ApiStatusError, ConnectionError, FormatError } from "./errors.ts";
import { FrameSplitter } from "./frame_splitter.ts";
import { LineSplitter } from "./line_splitter.ts";
import { MalformedMessage } from "./protobuf.ts";
import { acceptOf, admissible, pathOf, type ScopeRequest, searchOf, Watchdog } from "./request.ts";

/** An event of a watch. The object is as the API server sent it, unchecked. */
export interface WatchEvent {
  readonly type: string;
  readonly object: object;
}

export interface WatchRequest extends ScopeRequest {
  /** The version to continue from. Undefined: a streamed list comes first. */
  readonly resourceVersion?: string | undefined;
  /** Asks for JSON, even if the kind can be read as protobuf. */
  readonly asJson?: boolean;
  /** Returns the longest time without a byte, in milliseconds. It may change during the stream. */
  readonly idleTimeout: () => number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called when the API server has accepted the request. */
  onOpen(): void;
  onEvent(event: WatchEvent): void;
  /** Called for a line or a message that is not an event. The stream continues. */
  onBadEvent(why: string): void;
}

const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

const decoder = new TextDecoder();

/**
 * Watches until the API server ends it. The watch asks for an end after five to ten minutes, at random, so
 * that the watches of all kinds do not start again together. Returns whether it lasted for the requested
 * time.
 *
 * @throws {ApiStatusError} when it is refused or an ERROR event comes.
 * @throws {ConnectionError} when the stream breaks, becomes silent or contains a line that is not JSON.
 * @throws {FormatError} when it contains a message that cannot be decoded.
 */
export async function watch(client: Pick<KubeClient, "fetch">, request: WatchRequest): Promise<boolean> {
  const { scope, clock, resourceVersion } = request;
  const began = clock.now();
  const timeoutSeconds = 300 + Math.floor(300 * clock.random());
  const dog = new Watchdog(request.idleTimeout, request);
  try {
    const response = await client.fetch(pathOf(scope), {
      accept: acceptOf(scope.kind, request.asJson ? "json" : "watch"),
      search: searchOf(request, {
        watch: "1",
        allowWatchBookmarks: "true",
        timeoutSeconds: String(timeoutSeconds),
        ...(resourceVersion === undefined
          ? { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" }
          : { resourceVersion }),
      }),
      signal: dog.signal,
    });
    if (!response.ok) {
      const text = await readRefusal(response, { signal: dog.signal, onBytes: dog.heard });
      throw ApiStatusError.from(response, { text, now: clock.now() });
    }
    request.onOpen();
    const { kind: { wire } } = scope;
    const events = wire !== undefined && isProtobuf(response)
      ? new FrameSplitter((frame) => handle(decodeEvent(frame, wire), request))
      : new LineSplitter((line) => handle(parse(line), request));
    await readBody(response, {
      signal: dog.signal,
      onChunk: (chunk) => {
        dog.heard();
        events.push(chunk);
      },
    });
    events.end();
    return clock.now() - began >= timeoutSeconds * 1000;
  } catch (error) {
    if (dog.bit) {
      const silence = request.idleTimeout();
      throw new ConnectionError(`silent for ${silence / 1000} s`, { cause: error, silence });
    }
    if (error instanceof MalformedMessage) {
      throw new FormatError(`the stream carries a message that cannot be decoded: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  } finally {
    dog.stop();
  }
}

/** Reports whether the event is the bookmark after the last object of a streamed list. */
export function endsInitialEvents({ type, object }: WatchEvent): boolean {
  return type === "BOOKMARK" && metadataOf(object).annotations?.[INITIAL_EVENTS_END] === "true";
}

/** Returns the resourceVersion of the event's object, or undefined if it has none. */
export function versionOf({ object }: WatchEvent): string | undefined {
  const { resourceVersion } = metadataOf(object);
  return typeof resourceVersion === "string" && resourceVersion !== "" ? resourceVersion : undefined;
}

interface ObjectMetadata {
  readonly resourceVersion?: unknown;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

function metadataOf(object: object): ObjectMetadata {
  return (object as { metadata?: ObjectMetadata | null }).metadata ?? {};
}

function handle(event: Partial<WatchEvent> | null, { scope, onEvent, onBadEvent }: WatchRequest): void {
  if (event?.type === "ERROR") throw ApiStatusError.of(event.object);
  if (typeof event?.type !== "string" || typeof event.object !== "object" || event.object === null) {
    onBadEvent("an event has no type or no object");
  } else {
    onEvent({ type: event.type, object: admissible(scope.kind, event.object) });
  }
}

function parse(line: Uint8Array): Partial<WatchEvent> | null {
  try {
    return JSON.parse(decoder.decode(line));
  } catch (cause) {
    throw new ConnectionError("the stream carries a line that is not JSON", { cause });
  }
}
