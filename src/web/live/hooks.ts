/** What components share: the reader, the stream and the state of both. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Delta } from "../answers.ts";
import { type Answer, Reader } from "./reader.ts";
import { type Connection, Stream } from "./stream.ts";
import { Throttle } from "./throttle.ts";
import type { Failure } from "./failure.ts";
import { setToken } from "./session.ts";

const REFRESH_PAUSE_MS = 150;
const POLL_EVERY_MS = 3_000;
const FIRST_REFRESH_MS = 300;
const NOTHING: Answer<never> = { value: undefined, failure: undefined, next: undefined };

export interface LiveState {
  readonly connection: Connection;
  readonly failure: Failure | undefined;
  /** When the cluster last changed, by this computer's clock. */
  readonly changedAt: number | undefined;
  /** The server asks for a token, and has none or rejected this one. */
  readonly needsToken: boolean;
}

let state: LiveState = {
  connection: "connecting",
  failure: undefined,
  changedAt: undefined,
  needsToken: false,
};
const stateListeners = new Set<() => void>();
const deltaListeners = new Set<(deltas: readonly Delta[]) => void>();

function update(changes: Partial<LiveState>): void {
  state = { ...state, ...changes };
  for (const listener of [...stateListeners]) listener();
}

export const reader: Reader = new Reader({ onUnauthorized: () => update({ needsToken: true }) });
const refresh = new Throttle(() => reader.refresh(), { pauseMs: REFRESH_PAUSE_MS });
let isFirst = true;
export const stream: Stream = new Stream({
  onChange(deltas) {
    for (const listener of [...deltaListeners]) listener(deltas);
    // The first message tells the revision at which the stream begins. The answers are hardly older.
    if (isFirst) setTimeout(() => refresh.trigger(), FIRST_REFRESH_MS);
    else {
      update({ changedAt: Date.now() });
      refresh.trigger();
    }
    isFirst = false;
  },
  onConnection(connection, failure) {
    if (failure?.status === 401) update({ needsToken: true });
    update({ connection, failure });
    if (connection === "connecting" || connection === "lost") isFirst = true;
  },
});

// Without a stream, as behind a proxy that buffers it, the answers are asked for again and again.
setInterval(() => {
  if (state.connection === "connecting" || state.connection === "lost") refresh.trigger();
}, POLL_EVERY_MS);

/** Takes a token and asks for everything again with it. */
export function signIn(text: string | undefined): void {
  setToken(text);
  update({ needsToken: false });
  reader.reset();
  stream.reconnect();
}

interface AnswerOptions {
  /** False: read it once, and not again after each change. */
  readonly isLive?: boolean;
  /** Returns the answer of the last path until that of a new one is there. */
  readonly keepsLast?: boolean;
  /** Reads it again after so many milliseconds as well, because it changes without the graph. */
  readonly everyMs?: number;
}

/** Returns the answer at a path, and renders anew when it changes. Undefined asks for nothing. */
export function useAnswer<T>(path: string | undefined, options: AnswerOptions = {}): Answer<T> {
  const [, render] = useState(0);
  const last = useRef<Answer<T>>(NOTHING);
  useEffect(
    () => path === undefined ? undefined : reader.use(path, () => render((n) => n + 1), options),
    [path],
  );
  const { everyMs } = options;
  useEffect(() => {
    if (everyMs === undefined || path === undefined) return;
    const timer = setInterval(() => document.hidden || reader.again(path), everyMs);
    return () => clearInterval(timer);
  }, [path, everyMs]);
  const answer = path === undefined ? NOTHING : reader.peek<T>(path);
  if (answer.value !== undefined || !options.keepsLast) last.current = answer;
  return last.current ?? answer;
}

/** Returns the state of the connection, and renders anew when it changes. */
export function useLive(): LiveState {
  const [, render] = useState(0);
  useEffect(() => {
    const listener = () => render((n) => n + 1);
    stateListeners.add(listener);
    return () => void stateListeners.delete(listener);
  }, []);
  return state;
}

const MARKED_MS = 1_500;

/** Reports whether a value has changed in the last moment, so that the eye finds what moved. */
export function useJustChanged(value: string): boolean {
  const last = useRef(value);
  const [isMarked, setMarked] = useState(false);
  useEffect(() => {
    if (last.current === value) return;
    last.current = value;
    setMarked(true);
    const timer = setTimeout(() => setMarked(false), MARKED_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return isMarked;
}

/** Calls the listener with the deltas of the stream while the component is on screen. */
export function useDeltas(listener: (deltas: readonly Delta[]) => void): void {
  useEffect(() => {
    deltaListeners.add(listener);
    return () => void deltaListeners.delete(listener);
  }, []);
}
