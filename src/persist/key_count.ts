import type { Counters } from "./counters.ts";
import { isKnownKey, KEY_PREFIX } from "./format/keys.ts";
import type { Store } from "./store.ts";
import type { Flushed } from "./writer.ts";

/** The expected number of our keys, and its largest error, which comes from changes during the comparison. */
export interface ExpectedKeys {
  readonly keys: number;
  readonly tolerance: number;
}

/** The reason why the database may differ from the graph. */
export interface Suspicion {
  readonly reason: string;
  /**
   * Whether a comparison would help now. While keys are evicted it would not, since it makes Redis evict
   * more.
   */
  readonly isUrgent: boolean;
}

/**
 * Detects cheaply that a database has lost or gained keys without our writes. It compares the run of the
 * server, its number of evicted keys, and the number of our keys, of which our own writes explain a known
 * change.
 *
 * It reads the number of all keys first. If other applications use the same database, that number changes
 * with theirs, and a scan counts our keys.
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
  /** Keys of other applications. Undefined if the database does not tell its number of keys. */
  #others: number | undefined = 0;
  #suspicion: Suspicion | undefined;

  constructor(store: Pick<Store, "info" | "scan">, counters: Counters) {
    this.#store = store;
    this.#counters = counters;
  }

  /** Keys that the server had evicted at the last check, those of other applications included. */
  get evicted(): number {
    return this.#evicted;
  }

  /**
   * Starts to count after a comparison. Returns a suspicion if the database does not have the expected keys.
   */
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
   * Counts after our own writes. Returns a suspicion if they do not explain the change since `begin`. If keys
   * of others change, only a scan can tell, and only a periodic check sets `mayScan`.
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
