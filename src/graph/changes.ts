import type { GraphListener } from "./listener.ts";

/** The current write: whether a reader can see a difference, the revision, and the listeners. */
export class Changes {
  #listeners: readonly GraphListener[] = [];
  #revision = 0;
  #visible = false;

  /** The revision of the last write, or of the current one as soon as a reader can see a difference. */
  get revision(): number {
    return this.#revision;
  }

  /** Adds a listener and returns a function that removes it. */
  listen(listener: GraphListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => this.#listeners = this.#listeners.filter((it) => it !== listener);
  }

  /** Starts a write. */
  begin(): void {
    this.#visible = false;
  }

  /** Notes that the write changes something that a reader can see. */
  note(): void {
    if (this.#visible) return;
    this.#visible = true;
    this.#revision++;
  }

  /** Moves the revision because time has changed the answer, without a write. */
  passTime(): void {
    this.#revision++;
  }

  /** Whether the write has changed something that a reader can see. */
  get visible(): boolean {
    return this.#visible;
  }

  resourceChanged(row: number): void {
    for (const listener of this.#listeners) listener.resourceChanged(row);
  }

  resourceLeaving(row: number): void {
    this.note();
    for (const listener of this.#listeners) listener.resourceLeaving(row);
  }

  relationChanged(from: number, to: number, type: number): void {
    this.note();
    for (const listener of this.#listeners) listener.relationChanged(from, to, type);
  }
}
