import type { Clock } from "../model/clock.ts";
import type { ResourceSink, Scope } from "../model/resource_sink.ts";
import type { KubeClient } from "./client.ts";
import { TooManyObjects } from "./errors.ts";
import { fetchPage } from "./list.ts";
import type { WatchEvent } from "./watch.ts";

export interface SizeLimitOptions {
  readonly client: Pick<KubeClient, "fetch">;
  readonly sink: ResourceSink;
  readonly clock: Clock;
  /** The scope is not followed as long as it has more objects. Undefined: no limit. */
  readonly objectsMax?: number | undefined;
  /** Called when there are too many objects. */
  readonly onRefused: () => void;
}

/** Keeps a scope with too many objects from being followed. */
export class SizeLimit {
  readonly #scope: Scope;
  readonly #options: SizeLimitOptions;
  #objects: number | undefined;

  constructor(scope: Scope, options: SizeLimitOptions) {
    this.#scope = scope;
    this.#options = options;
  }

  /** The number of objects, if they were too many when last counted. */
  get objects(): number | undefined {
    return this.#objects;
  }

  /**
   * Checks a number of objects.
   *
   * @param exact Whether there are just `objects`, and not at least so many.
   * @throws {TooManyObjects} if these are too many. The scope is then empty in the sink.
   */
  check(objects: number, { exact }: { exact: boolean }): void {
    const { objectsMax: max = Infinity, sink, onRefused } = this.#options;
    if (objects <= max) return;
    this.#objects = objects;
    onRefused();
    sink.begin(this.#scope);
    sink.end(this.#scope);
    throw new TooManyObjects(exact ? objects : max, { exact, max });
  }

  /** Checks the size of a followed scope at each bookmark. @throws As `check`. */
  checkAt({ type }: WatchEvent): void {
    const { objectsMax, sink } = this.#options;
    if (objectsMax !== undefined && type === "BOOKMARK") this.check(sink.size(this.#scope), { exact: true });
  }

  /**
   * Asks for the number of objects if they were too many, so that no list is begun in vain.
   *
   * @throws As `check`.
   */
  async checkAgain(signal: AbortSignal): Promise<void> {
    if (this.#objects === undefined) return;
    const { client, clock } = this.#options;
    const { items, remaining } = await fetchPage(client, { scope: this.#scope, clock, signal }, {
      limit: "1",
    });
    if (remaining === undefined) this.check(this.#objects, { exact: false });
    else this.check(items.length + remaining, { exact: true });
    this.#objects = undefined;
  }
}
