/** A replica that is added while others write and the cluster changes. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { hasRedisServer } from "../support/redis_server.ts";
import { Replicas } from "../support/replicas.ts";

/** The milliseconds by which a ready replica may be behind the API server. */
const BEHIND_MS = 1_000;
const MARKER_MS = 25;

Deno.test({
  name: "A surge replica, says that it lists until it has, and is at most a second behind once it is ready",
  ignore: !hasRedisServer,
  async fn() {
    await using replicas = await Replicas.open({ topology: "direct", objects: 400 });
    await replicas.start();
    await replicas.atRest();
    using markers = new Markers(replicas);
    const surge = await replicas.startLinked({ lost: "to client" });
    const [apiServer] = replicas.links.get(surge)!;

    // The API server's answers do not arrive. Another writes, so that the restored graph is not served.
    await holds(async () =>
      assertStringIncludes((await surge.text("/readyz?verbose")).text, "[-]Pod failed: not listed yet")
    );
    await new Promise((resolve) => setTimeout(resolve, 2 * BEHIND_MS));
    assertEquals((await surge.text("/readyz")).status, 503);

    apiServer!.restore();
    const readyAt = await markers.untilReady(surge);
    const { nodes } = await surge.graph("kind=ConfigMap&q=marker");
    const seen = new Set(nodes.map(({ name }) => name));
    const due = markers.before(readyAt - BEHIND_MS);
    assert(due.length > 50);
    assertEquals(due.filter((name) => !seen.has(name)), []);
  },
});

/** Objects that are created one after the other, with their times. */
class Markers implements Disposable {
  readonly #created: { name: string; at: number }[] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  constructor({ simulator: { store } }: Replicas) {
    this.#timer = setInterval(() => {
      const name = `marker-${this.#created.length}`;
      store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "markers", name } });
      this.#created.push({ name, at: Date.now() });
    }, MARKER_MS);
  }

  /** Waits until the replica says that it is ready. Returns when it was asked. */
  async untilReady(astrolabe: Astrolabe): Promise<number> {
    return await holds(async () => {
      const at = Date.now();
      assertEquals((await astrolabe.text("/readyz")).status, 200);
      return at;
    });
  }

  before(time: number): string[] {
    return this.#created.filter(({ at }) => at < time).map(({ name }) => name);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
