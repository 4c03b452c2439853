import type { Clock } from "../model/clock.ts";
import type { KindState } from "../model/kind_status.ts";
import { ConnectionError, isAbsent, isForbidden, TooManyObjects } from "./errors.ts";

const STALE_AFTER_MS = 180_000;

export interface FreshnessOptions {
  readonly clock: Clock;
  /** Called when the state or the error has changed. */
  readonly onChange: () => void;
}

/**
 * How current the view of a scope is:
 *
 *   listing ── list complete ─────────────────────────────────────────▶ synced
 *   synced  ── broken for three minutes, or no longer trusted ────────▶ stale
 *   any     ── 403 or 404 ────────────────────────────────────────────▶ forbidden, absent
 *   any     ── too many objects ──────────────────────────────────────▶ too-many
 *   any     ── list complete, or watch open ──────────────────────────▶ synced
 */
export class Freshness {
  readonly #options: FreshnessOptions;
  #state: KindState = "listing";
  #error: string | undefined;
  #hasSynced = false;
  #lastEvent = 0;
  #cancelStale: (() => void) | undefined;

  constructor(options: FreshnessOptions) {
    this.#options = options;
  }

  get state(): KindState {
    return this.#state;
  }

  /** The last failure. Undefined after a success. */
  get error(): string | undefined {
    return this.#error;
  }

  /** The time of the last byte from the API server, in milliseconds since 1970. 0: never. */
  get lastEvent(): number {
    return this.#lastEvent;
  }

  /**
   * Whether the sink still holds the objects that an earlier process saved, because no list is complete yet.
   */
  get isRestored(): boolean {
    return this.#state === "stale" && !this.#hasSynced;
  }

  /** Records that the API server has sent something. */
  heard(): void {
    this.#lastEvent = this.#options.clock.now();
  }

  /** Records that the sink holds the objects that an earlier process saved. They are served as stale. */
  restored(): void {
    if (this.#state === "listing") this.#become("stale", this.#error);
  }

  /** Records that the view is current. */
  current(): void {
    this.close();
    this.#become("synced", undefined);
  }

  /** Records that the view can no longer be trusted. */
  distrusted(why: string): void {
    if (this.#state === "synced") this.#become("stale", why);
  }

  /** Records that a request has failed. */
  failed(error: Error): void {
    this.#become(stateAfter(error) ?? this.#state, error.message);
    if (this.#state !== "synced") return;
    // A silent watch was broken long before it failed.
    const since = error instanceof ConnectionError ? error.silence : 0;
    this.#cancelStale ??= this.#options.clock.after(
      STALE_AFTER_MS - since,
      () => this.distrusted(this.#error ?? ""),
    );
  }

  /** Stops the timer. */
  close(): void {
    this.#cancelStale?.();
    this.#cancelStale = undefined;
  }

  #become(state: KindState, error: string | undefined): void {
    if (state === this.#state && error === this.#error) return;
    if (state === "synced") this.#hasSynced = true;
    this.#state = state;
    this.#error = error;
    this.#options.onChange();
  }
}

function stateAfter(error: Error): KindState | undefined {
  if (error instanceof TooManyObjects) return "too-many";
  return isForbidden(error) ? "forbidden" : isAbsent(error) ? "absent" : undefined;
}
