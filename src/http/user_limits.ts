/**
 * Keeps one user from taking the server from the others: by the time that the answers to their requests take,
 * and by the number of requests that are under way. It applies only where users have names.
 */
import type { Clock } from "../model/clock.ts";
import { HttpError } from "./http_error.ts";

/** The time that a user may take at once, and the part of the time in the long run. */
const BURST_MS = 10_000;
const SHARE = 0.5;
const UNDER_WAY_MAX = 50;
const USERS_MAX = 10_000;

interface Usage {
  /** When the user has all time back, in milliseconds since 1970. */
  wholeAgainAt: number;
  underWay: number;
}

export class UserLimits {
  readonly #clock: Clock;
  readonly #users = new Map<string, Usage>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a request until `end`. @throws {HttpError} 429 if the user has taken too much. */
  begin(user: string): void {
    const usage = this.#users.get(user) ?? this.#newUsage(user);
    const owed = (usage.wholeAgainAt - this.#clock.now()) * SHARE;
    if (owed >= BURST_MS) throw tooMany("Your requests have taken too much of the server's time", 5);
    if (usage.underWay >= UNDER_WAY_MAX) {
      throw tooMany(`More than ${UNDER_WAY_MAX} of your requests are under way`, 1);
    }
    usage.underWay++;
  }

  /** Ends a request that took so many milliseconds of the server's time. */
  end(user: string, ms: number): void {
    const usage = this.#users.get(user);
    if (usage === undefined) return;
    usage.underWay--;
    usage.wholeAgainAt = Math.max(usage.wholeAgainAt, this.#clock.now()) + ms / SHARE;
  }

  #newUsage(user: string): Usage {
    const now = this.#clock.now();
    if (this.#users.size >= USERS_MAX) this.#forget(now);
    const usage = { wholeAgainAt: now, underWay: 0 };
    this.#users.set(user, usage);
    return usage;
  }

  /** Forgets the users who owe nothing. */
  #forget(now: number): void {
    for (const [user, { underWay, wholeAgainAt }] of this.#users) {
      if (underWay === 0 && wholeAgainAt <= now) this.#users.delete(user);
    }
  }
}

function tooMany(message: string, seconds: number): HttpError {
  const headers = { "retry-after": String(seconds) };
  return new HttpError(message, { status: 429, code: "too_many_requests", headers });
}
