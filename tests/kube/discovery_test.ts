/** Which custom kinds are discovered, when, and how they go. The clock is fake. */
import { assertEquals } from "@std/assert";
import { kinds as builtIn } from "../../src/kinds/registry.ts";
import { Discovery } from "../../src/kube/discovery.ts";
import type { KubeRequest } from "../../src/kube/client.ts";
import { ConnectionError } from "../../src/kube/errors.ts";
import type { CustomKind, ResourceKind } from "../../src/model/resource_kind.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingLog } from "../support/recording_log.ts";
import { RecordingSink } from "../support/recording_sink.ts";

const definitions: ResourceKind = builtIn.find(({ serves }) => serves?.what === "kinds")!;
const services: ResourceKind = builtIn.find(({ serves }) => serves?.what === "versions")!;
const ALL = ["list", "watch"];

type Resources = Readonly<Record<string, readonly string[]>>;

/** An API server that serves `Kind plural [verbs]` by group and version, in the order of preference. */
class ApiServer {
  groups: Readonly<Record<string, Resources>> = {};
  stale = new Set<string>();
  /** Whether it has aggregated discovery. */
  isNew = true;
  status = 200;
  /** Whether it never answers. */
  hangs = false;
  readonly paths: string[] = [];

  fetch = (path: string, { accept, signal }: KubeRequest): Promise<Response> => {
    this.paths.push(path);
    if (this.hangs) {
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(new ConnectionError("why")))
      );
    }
    if (this.status !== 200) {
      return Promise.resolve(answer({ message: "why" }, this.status));
    }
    if (path === "/apis" && this.isNew && accept.includes("APIGroupDiscoveryList")) {
      return Promise.resolve(answer(this.#aggregated()));
    }
    if (path === "/apis") return Promise.resolve(answer(this.#list()));
    const [, , group = "", version = ""] = path.split("/");
    const isStale = this.stale.has(group);
    return Promise.resolve(isStale ? answer("down", 503) : answer(this.#of(group, version)));
  };

  #aggregated(): object {
    const items = Object.entries(this.groups).map(([name, versions]) => ({
      metadata: { name },
      versions: Object.entries(versions).map(([version, resources]) => ({
        version,
        freshness: this.stale.has(name) ? "Stale" : "Current",
        resources: resources.map((text) => {
          const { kind, name: resource, namespaced, verbs } = parse(text);
          const scope = namespaced ? "Namespaced" : "Cluster";
          return { resource, responseKind: { group: name, version, kind }, scope, verbs };
        }),
      })),
    }));
    return { kind: "APIGroupDiscoveryList", items };
  }

  #list(): object {
    const groups = Object.entries(this.groups).map(([name, versions]) => {
      const all = Object.keys(versions).map((version) => ({ version, groupVersion: `${name}/${version}` }));
      return { name, versions: all.toReversed(), preferredVersion: all[0] };
    });
    return { kind: "APIGroupList", groups };
  }

  #of(group: string, version: string): object {
    return { kind: "APIResourceList", resources: (this.groups[group]?.[version] ?? []).map(parse) };
  }
}

/** Returns a response whose body can be read into a buffer, as that of a fetch. */
function answer(body: unknown, status = 200): Response {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const stream = new ReadableStream({
    type: "bytes",
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  return new Response(stream, { status });
}

function parse(text: string) {
  const [kind = "", plural = "", ...verbs] = text.split(" ");
  return { kind, name: plural, namespaced: !kind.startsWith("Global"), verbs: verbs.length ? verbs : ALL };
}

interface Parts {
  readonly server: ApiServer;
  readonly clock: FakeClock;
  readonly discovery: Discovery;
  readonly log: RecordingLog;
  /** What was reported last: group, version, kind, and a mark for aggregated ones. */
  readonly found: () => string[];
  readonly looks: () => number;
  /** Delivers the list of definitions, of aggregated versions, or both. */
  readonly deliver: (
    what: { definitions?: readonly string[]; aggregated?: readonly string[]; local?: readonly string[] },
  ) => void;
}

async function discovering(
  test: (parts: Parts) => Promise<void>,
  prepare: (parts: Parts) => void = () => {},
): Promise<void> {
  const [server, clock, log] = [new ApiServer(), new FakeClock(), new RecordingLog()];
  const reports: (readonly CustomKind[])[] = [];
  const discovery = new Discovery(server, { clock, log, onKinds: (kinds) => reports.push(kinds) });
  const sink = discovery.tap(new RecordingSink());
  const parts: Parts = {
    server,
    clock,
    discovery,
    log,
    found: () =>
      (reports.at(-1) ?? []).map(({ group, version, kind, aggregated }) =>
        `${kind}.${group}/${version}${aggregated ? " aggregated" : ""}`
      ).sort(),
    looks: () => reports.length,
    deliver: ({ definitions: names, aggregated, local = [] }) => {
      const list = (kind: ResourceKind, objects: readonly (readonly [name: string, spec: object])[]) => {
        sink.begin({ kind });
        for (const [name, spec] of objects) {
          sink.upsert({ kind }, { metadata: { name, uid: name, resourceVersion: "1" }, spec });
        }
        sink.end({ kind });
        discovery.settled(kind);
      };
      const elsewhere = { service: { name: "server" } };
      if (names) list(definitions, names.map((name) => [name, {}]));
      if (aggregated) {
        list(services, [
          ...aggregated.map((name) => [name, elsewhere] as const),
          ...local.map((name) => [name, {}] as const),
        ]);
      }
    },
  };
  const stop = new AbortController();
  prepare(parts);
  const running = discovery.run(stop.signal);
  try {
    await test(parts);
  } finally {
    stop.abort();
    await running;
  }
}

/** Waits until the given kinds are reported, while time passes. */
async function finds({ found, clock }: Parts, ...wanted: string[]): Promise<void> {
  await eventually(() => {
    clock.advance(50);
    return found().join() === wanted.join();
  }, found);
}

const served = { "example.com": { v2: ["Widget widgets"], v1: ["Widget widgets", "Old olds"] } };

for (const isNew of [true, false]) {
  const how = isNew ? "aggregated discovery" : "a document for each version";
  Deno.test(`Discovery finds the preferred version of each defined kind in ${how}`, async () => {
    await discovering(async (parts) => {
      await finds(parts, "Old.example.com/v1", "Widget.example.com/v2");
    }, ({ server, deliver }) => {
      server.isNew = isNew;
      server.groups = {
        ...served,
        "apps": { v1: ["Deployment deployments"] },
        "coordination.k8s.io": { v1: ["Lease leases"] },
      };
      deliver({ definitions: ["widgets.example.com", "olds.example.com"], aggregated: [] });
    });
  });

  Deno.test(`Discovery keeps the kinds of a server that is down, in ${how}`, async () => {
    await discovering(async (parts) => {
      const { server, clock, looks } = parts;
      await finds(parts, "Metric.down.example.com/v1 aggregated");
      server.groups = { "down.example.com": { v1: [] } };
      server.stale.add("down.example.com");
      const before = looks();
      await eventually(() => {
        clock.advance(60_000);
        return looks() > before + 3;
      });
      await finds(parts, "Metric.down.example.com/v1 aggregated");
    }, ({ server, deliver }) => {
      server.isNew = isNew;
      server.groups = { "down.example.com": { v1: ["Metric metrics"] } };
      deliver({ definitions: [], aggregated: ["v1.down.example.com"] });
    });
  });
}

Deno.test("Discovery leaves out kinds without watch, and takes another version that has it", async () => {
  await discovering(async (parts) => {
    await finds(parts, "Widget.example.com/v1");
  }, ({ server, deliver }) => {
    server.groups = {
      "example.com": { v2: ["Widget widgets list get"], v1: ["Widget widgets"] },
      "metrics.k8s.io": { v1: ["PodMetrics pods list get"] },
    };
    deliver({ definitions: ["widgets.example.com"], aggregated: ["v1.metrics.k8s.io"] });
  });
});

Deno.test("Discovery tells by their groups which kinds are custom, where it may not read the definitions", async () => {
  await discovering(async (parts) => {
    await finds(parts, "Snapshot.snapshot.storage.k8s.io/v1 aggregated");
  }, ({ server, discovery }) => {
    server.groups = {
      "apps": { v1: ["Deployment deployments"] },
      "storage.k8s.io": { v1: ["VolumeAttachment volumeattachments"] },
      "snapshot.storage.k8s.io": { v1: ["Snapshot snapshots"] },
    };
    discovery.settled(definitions);
    discovery.settled(services);
  });
});

Deno.test("Discovery takes only versions that another server serves for aggregated", async () => {
  await discovering(async (parts) => {
    await finds(parts, "Widget.example.com/v1");
  }, ({ server, deliver }) => {
    server.groups = { "example.com": { v1: ["Widget widgets"] }, "apps": { v1: ["Deployment deployments"] } };
    deliver({ definitions: ["widgets.example.com"], aggregated: [], local: ["v1.example.com", "v1.apps"] });
  });
});

Deno.test("Discovery finds a defined kind in a group of Kubernetes", async () => {
  await discovering(async (parts) => {
    await finds(parts, "Thing.storage.k8s.io/v1");
  }, ({ server, deliver }) => {
    server.groups = { "storage.k8s.io": { v1: ["Thing things", "StorageClass storageclasses"] } };
    deliver({ definitions: ["things.storage.k8s.io"], aggregated: [] });
  });
});

Deno.test("Discovery waits two seconds at most for the definitions", async () => {
  await discovering(async (parts) => {
    const { clock, server, discovery, looks } = parts;
    await eventually(() => clock.waitsFor(2_000) && server.paths.length === 1);
    clock.advance(1_999);
    await Promise.resolve();
    assertEquals(looks(), 0);
    clock.advance(1);
    await discovery.first;
    assertEquals([looks(), server.paths], [1, ["/apis"]]);
  });
});

Deno.test("Discovery holds up other kinds for five seconds at most", async () => {
  await discovering(async ({ clock, server, discovery }) => {
    let isOver = false;
    discovery.first.then(() => isOver = true);
    await eventually(() => server.paths.length === 1);
    clock.advance(4_999);
    await Promise.resolve();
    assertEquals(isOver, false);
    clock.advance(1);
    await eventually(() => isOver);
  }, ({ server, deliver }) => {
    deliver({ definitions: [], aggregated: [] });
    server.hangs = true;
  });
});

Deno.test("Discovery looks again soon after a definition has come, changed or gone", async () => {
  await discovering(async (parts) => {
    await finds(parts);
    parts.server.groups = { "example.com": { v1: ["Widget widgets"] } };
    parts.deliver({ definitions: ["widgets.example.com"] });
    await finds(parts, "Widget.example.com/v1");
    parts.server.groups = { "example.com": { v2: ["Widget widgets"], v1: ["Widget widgets"] } };
    parts.deliver({ definitions: ["widgets.example.com"] });
    await finds(parts, "Widget.example.com/v2");
    parts.server.groups = {};
    parts.deliver({ definitions: [] });
    await finds(parts);
  }, ({ deliver }) => deliver({ definitions: [], aggregated: [] }));
});

Deno.test("Discovery looks less and less often for a definition that is not served", async () => {
  await discovering(async ({ clock, looks }) => {
    for (const pause of [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 51_200, 60_000, 60_000]) {
      const before = looks();
      await eventually(() => clock.waitsFor(pause), () => pause);
      clock.advance(pause);
      await eventually(() => looks() === before + 1);
    }
  }, ({ deliver }) => deliver({ definitions: ["nevers.example.com"], aggregated: [] }));
});

Deno.test("Discovery begins again with short pauses after a change", async () => {
  await discovering(async ({ clock, looks, deliver }) => {
    for (const pause of [200, 400, 800]) {
      await eventually(() => clock.waitsFor(pause), () => pause);
      clock.advance(pause);
    }
    await eventually(() => clock.waitsFor(1_600));
    const before = looks();
    deliver({ definitions: ["nevers.example.com"] });
    await eventually(() => clock.waitsFor(50));
    clock.advance(50);
    await eventually(() => looks() === before + 1);
    await eventually(() => clock.waitsFor(200));
  }, ({ deliver }) => deliver({ definitions: ["nevers.example.com"], aggregated: [] }));
});

Deno.test("Discovery looks every five minutes where nothing is missing", async () => {
  await discovering(async ({ clock, looks }) => {
    await eventually(() => clock.waitsFor(300_000));
    const before = looks();
    clock.advance(300_000);
    await eventually(() => looks() === before + 1);
  }, ({ deliver }) => deliver({ definitions: [], aggregated: [] }));
});

Deno.test("Discovery keeps a defined kind that an API server does not name", async () => {
  await discovering(async (parts) => {
    await finds(parts, "Widget.example.com/v1");
    parts.server.groups = {};
    parts.clock.advance(300_000);
    for (let i = 0; i < 3; i++) {
      const before = parts.looks();
      await eventually(() => {
        parts.clock.advance(60_000);
        return parts.looks() > before;
      });
    }
    await finds(parts, "Widget.example.com/v1");
  }, ({ server, deliver }) => {
    server.groups = { "example.com": { v1: ["Widget widgets"] } };
    deliver({ definitions: ["widgets.example.com"], aggregated: [] });
  });
});

Deno.test("Discovery drops an expected kind after ten seconds, where it may not read the definitions", async () => {
  await discovering(async (parts) => {
    const { clock, discovery, looks } = parts;
    await discovery.first;
    assertEquals(parts.found(), ["Gone.example.com/v1 aggregated"]);
    const start = clock.now();
    while (clock.now() - start < 9_000) {
      const before = looks();
      await eventually(() => {
        if (clock.now() - start < 9_000) clock.advance(200);
        return looks() > before || clock.now() - start >= 9_000;
      });
    }
    assertEquals(parts.found(), ["Gone.example.com/v1 aggregated"]);
    await finds(parts);
  }, ({ discovery }) => {
    discovery.expect([{
      group: "example.com",
      version: "v1",
      kind: "Gone",
      plural: "gones",
      namespaced: true,
      aggregated: true,
    }]);
    for (const kind of [definitions, services]) discovery.settled(kind);
  });
});

Deno.test("Discovery drops the kinds of an APIService that is gone", async () => {
  await discovering(async (parts) => {
    await finds(parts, "Metric.example.com/v1 aggregated");
    const before = parts.looks();
    parts.server.groups = {};
    parts.deliver({ aggregated: [] });
    await finds(parts);
    assertEquals(parts.looks(), before + 1);
  }, ({ server, deliver }) => {
    server.groups = { "example.com": { v1: ["Metric metrics"] } };
    deliver({ definitions: [], aggregated: ["v1.example.com"] });
  });
});

Deno.test("Discovery logs a failure once, keeps what it knows, and tries again", async () => {
  await discovering(async (parts) => {
    await finds(parts, "Widget.example.com/v1");
    parts.server.status = 503;
    const before = parts.server.paths.length;
    await eventually(() => {
      parts.clock.advance(300_000);
      return parts.server.paths.length > before + 2;
    });
    await finds(parts, "Widget.example.com/v1");
    assertEquals(parts.log.lines.filter((line) => line.includes("Cannot discover")).length, 1);
    parts.server.status = 200;
    parts.server.groups = served;
    await finds(parts, "Widget.example.com/v2");
  }, ({ server, deliver }) => {
    server.groups = { "example.com": { v1: ["Widget widgets"] } };
    deliver({ definitions: ["widgets.example.com"], aggregated: [] });
  });
});
