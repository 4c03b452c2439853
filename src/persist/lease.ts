import type { Clock } from "../model/clock.ts";
import type { Store } from "./store.ts";

/** Another process takes over within this time after a writer dies without giving its lease back. */
export const LEASE_MS = 6_000;
/**
 * The time between two attempts of a standby, which takes over within it after the writer gives the lease
 * back.
 */
const STANDBY_RETRY_MS = 500;

export interface LeaseOptions {
  readonly store: Pick<Store, "lease" | "release">;
  readonly clock: Clock;
  /** Called when the lease was free: others may have written, or the database has lost data. */
  readonly onTaken: () => void;
}

/**
 * The right to write, which one process has at a time. Each connection has its own token, so that Redis
 * refuses a write that arrives late from an old socket.
 */
export class Lease {
  readonly #store: Pick<Store, "lease" | "release">;
  readonly #clock: Clock;
  readonly #onTaken: () => void;
  #token = crypto.randomUUID();
  /** Tokens of earlier connections that may still hold the lease. */
  #former: string[] = [];
  #isAsked = false;
  #isHeld = false;
  #endsAt = 0;
  #nextTry = 0;

  constructor({ store, clock, onTaken }: LeaseOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#onTaken = onTaken;
  }

  get token(): string {
    return this.#token;
  }

  /** Whether the lease is held, as far as is known without a request. */
  get held(): boolean {
    return this.#isHeld && this.#clock.now() < this.#endsAt;
  }

  /** Milliseconds until `keep` has something to do. */
  get due(): number {
    return Math.max(0, this.#nextTry - this.#clock.now());
  }

  /** Takes a new token, for a new connection. */
  renew(): void {
    if (this.#isAsked) this.#former.push(this.#token);
    this.#isAsked = false;
    this.#token = crypto.randomUUID();
    this.lost();
  }

  /** Records that a write was refused. */
  lost(): void {
    this.#isHeld = false;
    this.#nextTry = 0;
  }

  /** Takes or prolongs the lease if that is due. Returns whether it is held. */
  async keep(): Promise<boolean> {
    if (this.due > 0) return this.held;
    for (const former of this.#former) await this.#store.release(former);
    this.#former = [];
    this.#isAsked = true;
    const asked = this.#clock.now();
    const result = await this.#store.lease(this.#token, LEASE_MS);
    if (result === "taken") this.#onTaken();
    this.#isHeld = result !== "refused";
    this.#endsAt = asked + LEASE_MS;
    this.#nextTry = asked + (this.#isHeld ? LEASE_MS / 3 : STANDBY_RETRY_MS);
    return this.#isHeld;
  }

  async giveUp(): Promise<void> {
    if (!this.held) return;
    this.lost();
    await this.#store.release(this.#token);
  }
}
