import type { Flushed } from "./writer.ts";
import type { PersistenceNumbers } from "./persistence_numbers.ts";
import type { Store } from "./store.ts";

/**
 * The cheap way to notice that a database has lost or gained something behind our back: its run, and
 * how many keys it has, which our own writes can have moved by so much only.
 */
export class KeyCount {
  readonly #store: Pick<Store, "info">;
  readonly #numbers: PersistenceNumbers;
  #run: string | undefined;
  #keys = 0;
  #moved = false;

  constructor(store: Pick<Store, "info">, numbers: PersistenceNumbers) {
    this.#store = store;
    this.#numbers = numbers;
  }

  /** The database equals the graph. */
  async begin(): Promise<void> {
    this.#run = await this.#count();
    this.#moved = false;
  }

  /** Whether nothing but these writes has happened, as far as one can count, since `begin`. */
  async isExplainedBy({ made, deleted }: Flushed): Promise<boolean> {
    const before = this.#keys;
    const run = await this.#count();
    if (run !== this.#run || this.#keys < before - deleted || this.#keys > before + made) this.#moved = true;
    return !this.#moved;
  }

  async #count(): Promise<string> {
    const { runId, replicationId, keys, usedMemory } = await this.#store.info();
    this.#keys = keys ?? 0;
    this.#numbers.redisKeys = keys ?? 0;
    if (usedMemory !== undefined) this.#numbers.redisMemory = usedMemory;
    return `${runId} ${replicationId}`;
  }
}
