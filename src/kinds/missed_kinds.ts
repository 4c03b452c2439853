/**
 * Remembers which kinds refer to kinds that are not tracked. Such references are dropped, so when one of these
 * kinds appears, the kinds that refer to it must be listed again.
 */
import { kindKey, type ResourceKind } from "../model/resource_kind.ts";

/** Anybody who may create a Pod can write any kind into its owner references. */
const KINDS_MAX = 1_000;

export class MissedKinds {
  readonly #referring = new Map<string, Set<ResourceKind>>();
  /** Kinds that refer to further ones. */
  readonly #others = new Set<ResourceKind>();

  /** Records that a resource of one kind refers to another kind, which is not tracked. */
  add(referring: ResourceKind, missed: Pick<ResourceKind, "group" | "kind">): void {
    const key = kindKey(missed);
    const known = this.#referring.get(key);
    if (known) known.add(referring);
    else if (this.#referring.size < KINDS_MAX) this.#referring.set(key, new Set([referring]));
    else this.#others.add(referring);
  }

  /** Forgets a kind that is now tracked. Returns the kinds that may refer to it. */
  take(found: ResourceKind): ResourceKind[] {
    const key = kindKey(found);
    const referring = this.#referring.get(key) ?? [];
    this.#referring.delete(key);
    return [...new Set([...referring, ...this.#others])];
  }
}
