/**
 * The promises of a reflector, as cases for both the simulator and a real kube-apiserver. A tap between the
 * reflector and its client causes the faults of the network.
 */
import { assert, assertEquals } from "@std/assert";
import type { KubeClient } from "../../src/kube/client.ts";
import { Outage } from "../../src/kube/outage.ts";
import { Past } from "../../src/kube/past.ts";
import { Reflector } from "../../src/kube/reflector.ts";
import { Traffic } from "../../src/kube/traffic.ts";
import { wireObject } from "../../src/kinds/wire_parts.ts";
import type { KindState } from "../../src/model/kind_status.ts";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { random } from "../support/random.ts";
import { RecordingLog } from "../support/recording_log.ts";
import { RecordingSink } from "../support/recording_sink.ts";
import { TappedClient } from "../support/tapped_client.ts";

/** An API server with ConfigMaps to reflect. */
export interface ReflectedCluster {
  readonly client: KubeClient;
  /** Returns the names in the namespace. */
  names(namespace: string): Promise<string[]>;
  create(namespace: string, name: string, fields?: ConfigMapFields): Promise<void>;
  /** Sets labels of an existing ConfigMap. */
  label(namespace: string, name: string, labels: Record<string, string>): Promise<void>;
  delete(namespace: string, name: string): Promise<void>;
  /** Cuts all connections, and restarts with the same objects and an empty watch cache. */
  restart(): Promise<void>;
}

export interface ConfigMapFields {
  readonly labels?: Record<string, string>;
  readonly data?: Record<string, string>;
}

/** The namespace with `PAGED_OBJECTS` ConfigMaps, which are three pages. */
export const PAGED_NAMESPACE = "paged";
export const PAGED_OBJECTS = 1_100;

export const configMap: ResourceKind = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
  metadataOnly: false,
  labelLimited: true,
  wire: wireObject(),
};

export interface Reflection {
  readonly tap: TappedClient;
  readonly sink: RecordingSink;
  readonly clock: FakeClock;
  readonly log: RecordingLog;
  readonly traffic: Traffic;
  readonly reflector: Reflector;
  /** Its states so far, in order. */
  readonly states: KindState[];
}

export interface ReflectionOptions {
  readonly kind?: ResourceKind;
  readonly namespace: string;
  readonly labelSelector?: string | undefined;
  /** Runs before the reflector starts. */
  readonly prepare?: (tap: TappedClient, clock: FakeClock) => void;
}

/** Runs a reflector during the test. */
export async function reflect(
  client: KubeClient,
  { kind = configMap, namespace, labelSelector, prepare }: ReflectionOptions,
  test: (reflection: Reflection) => Promise<void>,
): Promise<void> {
  const tap = new TappedClient(client);
  const sink = new RecordingSink();
  const clock = new FakeClock();
  const log = new RecordingLog();
  const traffic = new Traffic();
  const past = new Past(tap, { labelSelector, clock, log });
  const outage = new Outage(tap, clock);
  const states: KindState[] = [];
  const reflector: Reflector = new Reflector({ kind, namespace }, {
    client: tap,
    sink,
    labelSelector,
    clock,
    log,
    traffic,
    past,
    outage,
    onChange: () => {
      if (reflector.state !== states.at(-1)) states.push(reflector.state);
    },
  });
  prepare?.(tap, clock);
  const stop = new AbortController();
  const running = Promise.all([reflector.run(stop.signal), outage.run(stop.signal)]);
  try {
    await test({ tap, sink, clock, log, traffic, reflector, states });
  } finally {
    await eventually(() => tap.probing === 0);
    stop.abort();
    await running;
  }
}

export async function synced({ reflector, log }: Reflection): Promise<void> {
  await eventually(() => reflector.state === "synced", () => [reflector.state, log.lines]);
}

type Case = (cluster: ReflectedCluster, namespace: string) => Promise<void>;

export const reflectorCases: Readonly<Record<string, Case>> = {
  "begins, gives and ends a complete list": async ({ client, create }, namespace) => {
    await create(namespace, "a");
    await create(namespace, "b");
    await reflect(client, { namespace }, async (reflection) => {
      await synced(reflection);
      assertEquals(reflection.sink.calls, ["begin", "upsert a", "upsert b", "end"]);
    });
  },

  "gives events in the API server's order": async ({ client, create, label, delete: remove }, namespace) => {
    await reflect(client, { namespace }, async (reflection) => {
      await synced(reflection);
      await create(namespace, "a");
      await create(namespace, "b");
      await label(namespace, "a", { x: "y" });
      await remove(namespace, "a");
      const { sink } = reflection;
      await eventually(() => sink.calls.length === 6, () => sink.calls);
      assertEquals(sink.calls.slice(2), ["upsert a", "upsert b", "upsert a", "remove a"]);
    });
  },

  "goes on in a streamed list as the watch": async ({ client, create }, namespace) => {
    await reflect(client, { namespace }, async (reflection) => {
      await synced(reflection);
      await create(namespace, "a");
      await eventually(() => reflection.sink.objects.has("a"));
      assertEquals(reflection.tap.forms, ["streamed list"]);
    });
  },

  "asks for a streamed list without a resourceVersion": async ({ client }, namespace) => {
    await reflect(client, { namespace }, async (reflection) => {
      await synced(reflection);
      const { search } = reflection.tap.requests[0] ?? {};
      assertEquals(
        ["sendInitialEvents", "resourceVersionMatch", "resourceVersion", "allowWatchBookmarks"]
          .map((name) => search?.get(name)),
        ["true", "NotOlderThan", null, "true"],
      );
    });
  },

  "lists in pages of 500 where a streamed list is refused": async ({ client }) => {
    await reflect(client, { namespace: PAGED_NAMESPACE, prepare: refuseStreams }, async (reflection) => {
      await synced(reflection);
      const { tap, sink } = reflection;
      const pages = tap.requests.filter(({ form }) => form === "list");
      assertEquals(pages.map(({ search }) => search.get("limit")), ["500", "500", "500"]);
      assertEquals(sink.names.length, PAGED_OBJECTS);
    });
  },

  "reads the first page from the quorum": async ({ client }) => {
    await reflect(client, { namespace: PAGED_NAMESPACE, prepare: refuseStreams }, async (reflection) => {
      await synced(reflection);
      const first = reflection.tap.requests.find(({ form }) => form === "list");
      assertEquals([first?.search.get("resourceVersion"), first?.search.get("continue")], [null, null]);
    });
  },

  "watches on from where its pages ended": async ({ client, create }, namespace) => {
    await reflect(client, { namespace, prepare: refuseStreams }, async (reflection) => {
      await synced(reflection);
      await create(namespace, "a");
      await eventually(() => reflection.sink.objects.has("a"));
      assertEquals(reflection.tap.forms, ["streamed list", "list", "watch"]);
    });
  },

  "watches on from the last resourceVersion when a watch ends": async ({ client, create }, namespace) => {
    await reflect(client, { namespace }, async (reflection) => {
      const { tap, sink } = reflection;
      await synced(reflection);
      await create(namespace, "a");
      await eventually(() => sink.objects.has("a"));
      tap.endStreams();
      await eventually(() => tap.count("watch") === 1);
      await create(namespace, "b");
      await eventually(() => sink.objects.has("b"));
      assertEquals(sink.calls, ["begin", "end", "upsert a", "upsert b"]);
    });
  },

  "misses nothing that happens between two watches": async ({ client, create }, namespace) => {
    await create(namespace, "a");
    await reflect(client, { namespace }, async (reflection) => {
      const { tap, sink, clock } = reflection;
      await synced(reflection);
      tap.instead = () => new Response("busy", { status: 500 });
      tap.endStreams();
      await eventually(() => clock.waitsFor(800));
      await create(namespace, "b");
      tap.instead = undefined;
      clock.advance(800);
      await eventually(() => sink.objects.has("b"));
      assertEquals(sink.calls, ["begin", "upsert a", "end", "upsert b"]);
    });
  },

  "asks for bookmarks, and for an end in five to ten minutes": async ({ client }, namespace) => {
    await reflect(client, { namespace, prepare: refuseStreams }, async (reflection) => {
      const { tap, clock } = reflection;
      clock.chance = 0.999;
      await eventually(() => tap.count("watch") === 1);
      const search = tap.last?.search;
      assertEquals([search?.get("allowWatchBookmarks"), search?.get("timeoutSeconds")], ["true", "599"]);
    });
  },

  "lists anew, and removes what is gone, when the API server has restarted": async (cluster, namespace) => {
    const { client, create, restart, delete: remove } = cluster;
    await create(namespace, "a");
    await create(namespace, "b");
    await reflect(client, { namespace }, async (reflection) => {
      const { tap, sink, clock } = reflection;
      await synced(reflection);
      tap.instead = () => new Response("starting", { status: 503 });
      await restart();
      await remove(namespace, "a");
      await restart();
      tap.instead = undefined;
      await eventually(() => {
        clock.advance(1_000);
        return !sink.objects.has("a");
      }, () => sink.calls);
      assertEquals(sink.calls.slice(4), ["begin", "upsert b", "end"]);
    });
  },

  "never asks for more than metadata where that is the rule": async ({ client, create }, namespace) => {
    const kind = { ...configMap, metadataOnly: true };
    await create(namespace, "listed", { data: { key: "value" } });
    await reflect(client, { namespace, kind }, async (reflection) => {
      const { sink } = reflection;
      await synced(reflection);
      await create(namespace, "watched", { data: { key: "value" } });
      await eventually(() => sink.objects.has("watched"));
      assert([...sink.objects.values()].every((object) => !("data" in object)));
    });
  },

  "pages metadata alone too": async ({ client, create }, namespace) => {
    const kind = { ...configMap, metadataOnly: true };
    await create(namespace, "listed", { data: { key: "value" } });
    await reflect(client, { namespace, kind, prepare: refuseStreams }, async (reflection) => {
      await synced(reflection);
      const { accept } = reflection.tap.requests.find(({ form }) => form === "list") ?? {};
      assertEquals(accept, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
      assertEquals(reflection.sink.names, ["listed"]);
    });
  },

  "keeps what a label selector selects, and drops what leaves it": async (cluster, namespace) => {
    const { client, create, label } = cluster;
    await create(namespace, "in", { labels: { app: "web" } });
    await create(namespace, "out");
    await reflect(client, { namespace, labelSelector: "app=web" }, async (reflection) => {
      const { sink } = reflection;
      await synced(reflection);
      assertEquals(sink.names, ["in"]);
      await label(namespace, "out", { app: "web" });
      await label(namespace, "in", { app: "db" });
      await eventually(() => sink.names.join() === "out", () => sink.calls);
    });
  },

  "takes an object of 1 MB": async ({ client, create }, namespace) => {
    await create(namespace, "large", { data: { text: "x".repeat(1_000_000) } });
    await reflect(client, { namespace }, async (reflection) => {
      await synced(reflection);
      assertEquals(reflection.sink.names, ["large"]);
    });
  },

  "holds what the API server holds, whatever happens in between": async (cluster, namespace) => {
    const chance = random(7);
    const { client, create, label, delete: remove } = cluster;
    await reflect(client, { namespace }, async (reflection) => {
      const { tap, sink, clock } = reflection;
      await synced(reflection);
      const names = new Set<string>();
      for (let step = 0; step < 150; step++) {
        const name = `object-${Math.floor(chance() * 12)}`;
        if (!names.has(name)) {
          await create(namespace, name);
          names.add(name);
        } else if (chance() < 0.5) {
          await remove(namespace, name);
          names.delete(name);
        } else await label(namespace, name, { step: String(step) });
        if (chance() < 0.1) tap.endStreams();
        if (chance() < 0.1) clock.advance(2_000);
      }
      await eventually(() => {
        clock.advance(1_000);
        return sink.names.join() === [...names].sort().join();
      }, () => [sink.names, names]);
      assertEquals(sink.names, await cluster.names(namespace));
    });
  },
};

function refuseStreams(tap: TappedClient): void {
  tap.instead = ({ form }) =>
    form === "streamed list"
      ? Response.json({ kind: "Status", code: 422, message: "sendInitialEvents is forbidden" }, {
        status: 422,
      })
      : undefined;
}
