import type { Counters } from "./counters.ts";
import { isKnownKey, KEY_PREFIX } from "./format/keys.ts";
import type { Store } from "./store.ts";
import type { Flushed } from "./writer.ts";

/** Keys of ours that there should be; churn during the comparison makes it inexact by so many at most. */
export interface ExpectedKeys {
  readonly keys: number;
  readonly tolerance: number;
}

/** The reason for which the database may differ from the graph. */
export interface Suspicion {
  readonly reason: string;
  /** Whether a comparison now would be of use: not while keys are evicted, since it makes Redis evict more. */
  readonly isUrgent: boolean;
}

/**
 * The cheap way to notice that a database has lost or gained keys behind our back: its run, how many keys it has
 * evicted, and how many keys of ours it has, which our own writes can have changed by so much only.
 *
 * The number of all keys is asked for first. Where other applications use the same database, it moves with theirs;
 * then ours are counted by a scan.
 */
export class KeyCount {
  readonly #store: Pick<Store, "info" | "scan">;
  readonly #counters: Counters;
  #run: string | undefined;
  #evicted = 0;
  #ours = 0;
  /** Keys that our own writes may have made and deleted since. */
  #made = 0;
  #deleted = 0;
  /** Keys of other applications, or undefined where the database does not say how many keys it has. */
  #others: number | undefined = 0;
  #suspicion: Suspicion | undefined;

  constructor(store: Pick<Store, "info" | "scan">, counters: Counters) {
    this.#store = store;
    this.#counters = counters;
  }

  /** Keys that the server had evicted, those of other applications included, at the last look. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Starts to count after a comparison. Returns a suspicion if the database does not have the expected keys. */
  async begin({ keys: expected, tolerance }: ExpectedKeys): Promise<Suspicion | undefined> {
    const { run, keys, evicted } = await this.#look();
    const fits = (found: number) => Math.abs(found - expected) <= tolerance;
    const ours = keys !== undefined && fits(keys) ? keys : await this.#scan();
    this.#run = run;
    this.#evicted = evicted;
    this.#settle(ours);
    this.#others = keys === undefined ? undefined : keys - ours;
    this.#counters.missingKeys = fits(ours) ? 0 : Math.max(0, expected - ours);
    this.#suspicion = fits(ours) ? undefined : {
      reason: `Redis has ${ours} keys where the graph accounts for ${expected}`,
      isUrgent: false,
    };
    return this.#suspicion;
  }

  /**
   * Counts after our own writes. Returns a suspicion if they do not explain the change since `begin`. Where others'
   * keys move, only a scan tells, and only a periodic check `mayScan`.
   */
  async check({ made, deleted }: Flushed, { mayScan = false } = {}): Promise<Suspicion | undefined> {
    const { run, keys, evicted } = await this.#look();
    this.#made += made;
    this.#deleted += deleted;
    let ours = keys === undefined || this.#others === undefined ? undefined : keys - this.#others;
    if ((ours === undefined || !this.#isExplained(ours)) && (mayScan || this.#others === 0)) {
      ours = await this.#scan();
      this.#others = keys === undefined ? undefined : keys - ours;
      if (!this.#isExplained(ours)) this.#suspect(`Redis has ${ours} keys where there were ${this.#ours}`);
      this.#settle(ours);
    } else if (ours !== undefined && this.#isExplained(ours)) this.#settle(ours);
    if (run !== this.#run) this.#suspect("Redis was restarted or has failed over");
    if (evicted > this.#evicted) {
      this.#suspect(`Redis has evicted ${evicted - this.#evicted} keys`, { isUrgent: false });
    }
    return this.#suspicion;
  }

  #isExplained(ours: number): boolean {
    return this.#ours - this.#deleted <= ours && ours <= this.#ours + this.#made;
  }

  #settle(ours: number): void {
    this.#ours = ours;
    this.#made = 0;
    this.#deleted = 0;
  }

  #suspect(reason: string, { isUrgent = true } = {}): void {
    this.#suspicion ??= { reason, isUrgent };
  }

  async #look() {
    const { runId, replicationId, keys, evictedKeys = 0, usedMemory } = await this.#store.info();
    if (keys !== undefined) this.#counters.redisKeys = keys;
    if (usedMemory !== undefined) this.#counters.redisMemory = usedMemory;
    return { run: `${runId} ${replicationId}`, keys, evicted: evictedKeys };
  }

  async #scan(): Promise<number> {
    let count = 0;
    for await (const keys of this.#store.scan(KEY_PREFIX)) {
      count += keys.filter(isKnownKey).length;
    }
    return count;
  }
}
