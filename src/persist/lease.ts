import type { Clock } from "../model/clock.ts";
import type { Store } from "./store.ts";

/** A writer that dies without a word is followed by another one within this time, in milliseconds. */
export const LEASE_MILLISECONDS = 6_000;

export interface LeaseOptions {
  readonly store: Pick<Store, "lease" | "release">;
  readonly clock: Clock;
  /** It was free: others may have written, or the database has lost what it held. */
  readonly onTaken: () => void;
}

/**
 * The right to write, which one process has at a time. Each connection has a token of its own: what is
 * left in an old socket is refused when it lands after all.
 */
export class Lease {
  readonly #store: Pick<Store, "lease" | "release">;
  readonly #clock: Clock;
  readonly #onTaken: () => void;
  #token = crypto.randomUUID();
  /** Of connections before, as far as they may still hold the lease. */
  #former: string[] = [];
  #asked = false;
  #held = false;
  #ends = 0;
  #nextTry = 0;

  constructor({ store, clock, onTaken }: LeaseOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#onTaken = onTaken;
  }

  get token(): string {
    return this.#token;
  }

  /** As far as one can know without asking. */
  get held(): boolean {
    return this.#held && this.#clock.now() < this.#ends;
  }

  /** Milliseconds until `keep` has something to do. */
  get due(): number {
    return Math.max(0, this.#nextTry - this.#clock.now());
  }

  /** There is a new connection. */
  renew(): void {
    if (this.#asked) this.#former.push(this.#token);
    this.#asked = false;
    this.#token = crypto.randomUUID();
    this.lost();
  }

  /** A write was refused. */
  lost(): void {
    this.#held = false;
    this.#nextTry = 0;
  }

  /** Takes or prolongs the lease where it is time to; whether it is held. */
  async keep(): Promise<boolean> {
    if (this.due > 0) return this.held;
    for (const former of this.#former) await this.#store.release(former);
    this.#former = [];
    this.#asked = true;
    const asked = this.#clock.now();
    const result = await this.#store.lease(this.#token, LEASE_MILLISECONDS);
    if (result === "taken") this.#onTaken();
    this.#held = result !== "refused";
    this.#ends = asked + LEASE_MILLISECONDS;
    this.#nextTry = asked + LEASE_MILLISECONDS / 3;
    return this.#held;
  }

  async giveUp(): Promise<void> {
    if (!this.held) return;
    this.lost();
    await this.#store.release(this.#token);
  }
}
