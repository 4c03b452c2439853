/** A replica that is added while others write and the cluster changes. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { hasRedisServer } from "../support/redis_server.ts";
import { Replicas } from "../support/replicas.ts";

/** The milliseconds by which a ready replica may be behind what the API server has delivered. */
const BEHIND_MS = 1_000;
const MARKER_MS = 25;

Deno.test({
  name:
    "A surge replica, has all that it got until a second ago once it is ready, and says where it is behind",
  ignore: !hasRedisServer,
  async fn() {
    await using replicas = await Replicas.open({ topology: "direct", objects: 400 });
    await replicas.start();
    await replicas.atRest();
    using markers = new Markers(replicas);
    const surge = await replicas.startLinked({
      lost: "to client",
      onDelivered: (bytes) => markers.delivered(bytes),
    });
    const [apiServer] = replicas.links.get(surge)!;

    // The API server's answers do not arrive. Another writes, so that the restored graph is not served.
    await holds(async () =>
      assertStringIncludes((await surge.text("/readyz?verbose")).text, "[-]Pod failed: not listed yet")
    );
    await new Promise((resolve) => setTimeout(resolve, 2 * BEHIND_MS));
    assertEquals((await surge.text("/readyz")).status, 503);
    assertEquals(markers.deliveredBefore(Infinity), []);

    apiServer!.restore();
    const readyAt = await untilReady(surge);
    const due = markers.deliveredBefore(readyAt - BEHIND_MS);
    const seen = await markersOf(surge);
    assertEquals(due.filter((name) => !seen.has(name)), []);

    // It follows the cluster as a ready replica, too.
    const delivered = await holds(() => {
      const now = Date.now();
      const names = markers.deliveredBefore(now - BEHIND_MS);
      assert(names.length > due.length + 50);
      return names;
    });
    const followed = await markersOf(surge);
    assertEquals(delivered.filter((name) => !followed.has(name)), []);

    // It stays ready when the watches fall silent: the time of the last event tells how far it is behind.
    apiServer!.lose("to client");
    await holds(async () => assert(markers.createdAfter(await lastEvent(surge)).length > 100));
    const silentSince = await lastEvent(surge);
    assertEquals((await surge.text("/readyz")).status, 200);
    const behind = await markersOf(surge);
    assert(markers.createdAfter(silentSince + BEHIND_MS).some((name) => !behind.has(name)));
    // When the connections break, it gives the error as well.
    await apiServer![Symbol.asyncDispose]();
    await holds(async () => {
      const { error } = await configMaps(surge);
      assert(typeof error === "string" && error !== "", "it does not say that the kind has an error");
    });
    assertEquals(await lastEvent(surge), silentSince);
  },
});

/** Waits until the replica says that it is ready. Returns when it was asked. */
async function untilReady(astrolabe: Astrolabe): Promise<number> {
  return await holds(async () => {
    const at = Date.now();
    assertEquals((await astrolabe.text("/readyz")).status, 200);
    return at;
  });
}

async function markersOf(astrolabe: Astrolabe): Promise<Set<string>> {
  const { nodes } = await astrolabe.graph("kind=ConfigMap&q=marker");
  return new Set(nodes.map(({ name }) => name));
}

async function configMaps(astrolabe: Astrolabe): Promise<{ lastEvent: string; error?: string }> {
  const kinds: { kind: string; lastEvent: string; error?: string }[] = await astrolabe.json("/api/v1/kinds");
  const found = kinds.find(({ kind }) => kind === "ConfigMap");
  assert(found !== undefined);
  return found;
}

async function lastEvent(astrolabe: Astrolabe): Promise<number> {
  return Date.parse((await configMaps(astrolabe)).lastEvent);
}

/** Objects that are created one after the other, with the times of their creation and of their delivery. */
class Markers implements Disposable {
  readonly #created: { name: string; at: number }[] = [];
  readonly #delivered = new Map<string, number>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor({ simulator: { store } }: Replicas) {
    this.#timer = setInterval(() => {
      const name = `marker-${this.#created.length}-x`;
      store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "markers", name } });
      this.#created.push({ name, at: Date.now() });
    }, MARKER_MS);
  }

  /** Finds the names in bytes that a replica has got. It misses those that are in two pieces. */
  delivered(bytes: Uint8Array): void {
    const at = Date.now();
    for (const [name] of new TextDecoder("latin1").decode(bytes).matchAll(/marker-\d+-x/g)) {
      if (!this.#delivered.has(name)) this.#delivered.set(name, at);
    }
  }

  deliveredBefore(time: number): string[] {
    return [...this.#delivered].flatMap(([name, at]) => at < time ? [name] : []);
  }

  createdAfter(time: number): string[] {
    return this.#created.flatMap(({ name, at }) => at > time ? [name] : []);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
