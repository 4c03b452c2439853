/**
 * Astrolabe on a real API server whose etcd is restored from a backup. Astrolabe is frozen during the
 * restore, so that new writes have passed its version before it continues.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const ANOTHER_PAST = "The API server has another past";

interface Parts {
  readonly server: ApiServer;
  readonly astrolabe: Astrolabe;
  /** The path of the ConfigMaps that a scenario writes. */
  readonly path: string;
}

interface Scenario {
  readonly stopWith: "SIGKILL" | "SIGTERM";
  /** Writes that the restore undoes. */
  readonly lost?: (parts: Parts) => Promise<void>;
  /** Writes before Astrolabe starts, so that its lists are ahead of its newest object. */
  readonly lostBefore?: (server: ApiServer) => Promise<void>;
  /** Writes after the restore, before Astrolabe is back. */
  readonly written: (parts: Parts) => Promise<void>;
  /** Whether Astrolabe has seen a write that the restore undoes. */
  readonly refuted: boolean;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "is right again after a planned restore, when new writes have passed its version": {
    stopWith: "SIGTERM",
    lost: mixedWrites,
    written: async (parts) => {
      await patch(parts, "c", "new");
      await create(parts, "new");
      await pass(parts.server, 40);
    },
    refuted: true,
  },
  "is right again after a crash and a restore, when new writes have passed its version": {
    stopWith: "SIGKILL",
    lost: mixedWrites,
    written: ({ server }) => pass(server, 40),
    refuted: true,
  },
  "is right again after a restore, before anything new is written": {
    stopWith: "SIGKILL",
    lost: mixedWrites,
    written: async () => {},
    refuted: true,
  },
  "is right again after a restore that undoes deletions alone": {
    stopWith: "SIGTERM",
    lost: async (parts) => {
      for (const name of ["a", "b"]) await remove(parts, name);
      await agree(parts);
    },
    written: ({ server }) => pass(server, 40),
    refuted: true,
  },
  "is right again after a restore of writes that it does not follow, its lists being ahead": {
    stopWith: "SIGTERM",
    lostBefore: (server) => pass(server, 20),
    written: async (parts) => {
      await patch(parts, "a", "new");
      await remove(parts, "b");
      await pass(parts.server, 40);
    },
    refuted: false,
  },
  "trusts its past after a restore that undoes nothing": {
    stopWith: "SIGTERM",
    written: (parts) => create(parts, "new"),
    refuted: false,
  },
};

Deno.test(`Astrolabe and a restored etcd${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start();
  try {
    for (const [index, [behaviour, scenario]] of Object.entries(SCENARIOS).entries()) {
      const namespace = `scenario-${index}`;
      await server.request("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      await test.step(`Astrolabe ${behaviour}`, () => run(scenario, server, path));
    }
  } finally {
    await server.close();
  }
});

async function run(scenario: Scenario, server: ApiServer, path: string): Promise<void> {
  const { stopWith, lost, lostBefore, written, refuted } = scenario;
  for (const name of ["a", "b", "c"]) await create({ server, path }, name);
  await server.backUpEtcd();
  await lostBefore?.(server);
  const astrolabe = await Astrolabe.start(`--kubeconfig=${server.kubeconfig()}`);
  try {
    const parts = { server, astrolabe, path };
    await agree(parts);
    await lost?.(parts);
    // A stopping API server waits for its clients, so these must run to notice it.
    await server.stopServer(stopWith);
    astrolabe.signal("SIGSTOP");
    await server.restoreEtcd();
    await server.startServer();
    await written(parts);
    astrolabe.signal("SIGCONT");
    await agree(parts);
    await astrolabe.stop();
    assertEquals([astrolabe.output.includes(ANOTHER_PAST), astrolabe.output], [refuted, astrolabe.output]);
  } finally {
    await astrolabe.stop("SIGKILL");
  }
}

async function mixedWrites(parts: Parts): Promise<void> {
  await create(parts, "ghost");
  await patch(parts, "a", "lost");
  await remove(parts, "b");
  await agree(parts);
}

async function create({ server, path }: Pick<Parts, "server" | "path">, name: string): Promise<void> {
  await server.request("POST", path, { metadata: { name } });
}

async function patch({ server, path }: Parts, name: string, past: string): Promise<void> {
  await server.request("PATCH", `${path}/${name}`, { metadata: { labels: { past } } });
}

async function remove({ server, path }: Parts, name: string): Promise<void> {
  await server.request("DELETE", `${path}/${name}`);
}

/** Increases the version with writes to a kind that Astrolabe does not follow. */
async function pass(server: ApiServer, writes: number): Promise<void> {
  for (let index = 0; index < writes; index++) {
    const metadata = { name: crypto.randomUUID() };
    await server.request("POST", "/apis/coordination.k8s.io/v1/namespaces/default/leases", { metadata });
  }
}

interface Labelled {
  readonly metadata: { readonly name: string; readonly uid: string; readonly labels?: object };
}

/** Waits until Astrolabe has the ConfigMaps of the API server, each with its uid and labels. */
async function agree({ server, astrolabe, path }: Parts): Promise<void> {
  const [, namespace] = /namespaces\/([^/]+)/.exec(path) ?? [];
  await holds(async () => {
    const { items } = await server.request("GET", path) as { items: Labelled[] };
    const { nodes } = await astrolabe.graph(
      `namespace=${namespace}&kind=ConfigMap&labels=true&inactive=true`,
    );
    assertEquals(
      nodes.map(({ name, uid, labels = {} }) => ({ name, uid, labels })).sort(byName),
      items.map(({ metadata: { name, uid, labels = {} } }) => ({ name, uid, labels })).sort(byName),
    );
    assertStringIncludes(JSON.stringify(await astrolabe.json("/health")), '"synced":true');
  }, 60);
}

function byName(left: { name: string }, right: { name: string }): number {
  return left.name < right.name ? -1 : 1;
}
