/**
 * Astrolabe on a real API server whose etcd is put back to a backup while Astrolabe follows. It is stopped
 * meanwhile, so that new writes have passed its versions before it comes back.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const ANOTHER_PAST = "The API server has another past";

interface Parts {
  readonly server: ApiServer;
  readonly astrolabe: Astrolabe;
}

interface Scenario {
  readonly stopWith: "SIGKILL" | "SIGTERM";
  /** Writes that the restore undoes. */
  readonly lost: (parts: Parts) => Promise<void>;
  /** Writes that come after it, before Astrolabe is back. */
  readonly written: (parts: Parts) => Promise<void>;
  /** Whether Astrolabe starts only after the lost writes, so that its lists are ahead of its last event. */
  readonly startsLate?: boolean;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "a planned restore, and new writes have passed the known version": {
    stopWith: "SIGTERM",
    lost: mixedWrites,
    written: async ({ server }) => {
      await patch(server, "c", "new");
      await create(server, "new");
      await pass(server, 40);
    },
  },
  "a restore after a crash, and new writes have passed the known version": {
    stopWith: "SIGKILL",
    lost: mixedWrites,
    written: ({ server }) => pass(server, 40),
  },
  "a restore before anything new is written": {
    stopWith: "SIGKILL",
    lost: mixedWrites,
    written: async () => {},
  },
  "a restore that undoes only deletions": {
    stopWith: "SIGTERM",
    lost: async ({ server, astrolabe }) => {
      for (const name of ["a", "b"]) await server.request("DELETE", `${CONFIG_MAPS}/${name}`);
      await agree({ server, astrolabe });
    },
    written: ({ server }) => pass(server, 40),
  },
  "a restore of what no followed object has changed, its lists being ahead of the last event": {
    stopWith: "SIGTERM",
    startsLate: true,
    lost: ({ server }) => pass(server, 20),
    written: async ({ server }) => {
      await patch(server, "a", "new");
      await server.request("DELETE", `${CONFIG_MAPS}/b`);
      await pass(server, 40);
    },
  },
};

for (const [scenario, { stopWith, lost, written, startsLate }] of Object.entries(SCENARIOS)) {
  Deno.test(
    `Astrolabe, is right again after ${scenario}${skipped}`,
    ignored(),
    () =>
      withServer(async (server) => {
        for (const name of ["a", "b", "c"]) await create(server, name);
        await server.backUpEtcd();
        if (startsLate) await lost({ server } as Parts);
        const astrolabe = await Astrolabe.start(`--kubeconfig=${server.kubeconfig()}`);
        try {
          const parts = { server, astrolabe };
          await agree(parts);
          if (!startsLate) await lost(parts);
          astrolabe.signal("SIGSTOP");
          await server.stopServer(stopWith);
          await server.restoreEtcd();
          await server.startServer();
          await written(parts);
          astrolabe.signal("SIGCONT");
          await agree(parts);
        } finally {
          await astrolabe.stop();
        }
      }),
  );
}

Deno.test(
  `Astrolabe, says in its log that the API server has another past${skipped}`,
  ignored(),
  () =>
    withServer(async (server) => {
      for (const name of ["a", "b", "c"]) await create(server, name);
      await server.backUpEtcd();
      const astrolabe = await Astrolabe.start(`--kubeconfig=${server.kubeconfig()}`);
      try {
        const parts = { server, astrolabe };
        await agree(parts);
        await mixedWrites(parts);
        await server.stopServer("SIGTERM");
        await server.restoreEtcd();
        await server.startServer();
        await agree(parts);
        assertStringIncludes(astrolabe.output, ANOTHER_PAST);
        const kinds: { state: string }[] = await astrolabe.json("/api/v1/kinds");
        assertEquals(kinds.filter(({ state }) => state !== "synced" && state !== "absent"), []);
      } finally {
        await astrolabe.stop();
      }
    }),
);

Deno.test(
  `Astrolabe, trusts its past after a restore that undoes nothing${skipped}`,
  ignored(),
  () =>
    withServer(async (server) => {
      for (const name of ["a", "b", "c"]) await create(server, name);
      const astrolabe = await Astrolabe.start(`--kubeconfig=${server.kubeconfig()}`);
      try {
        const parts = { server, astrolabe };
        await agree(parts);
        await server.backUpEtcd();
        await server.stopServer("SIGTERM");
        await server.restoreEtcd();
        await server.startServer();
        await create(server, "d");
        await agree(parts);
        assertEquals(astrolabe.output.includes(ANOTHER_PAST), false);
      } finally {
        await astrolabe.stop();
      }
    }),
);

function ignored(): { ignore: boolean } {
  return { ignore: !apiServerAvailable };
}

async function withServer(test: (server: ApiServer) => Promise<void>): Promise<void> {
  const server = await ApiServer.start();
  try {
    await test(server);
  } finally {
    await server.close();
  }
}

async function mixedWrites({ server, astrolabe }: Parts): Promise<void> {
  await create(server, "ghost");
  await patch(server, "a", "lost");
  await server.request("DELETE", `${CONFIG_MAPS}/b`);
  await agree({ server, astrolabe });
}

async function create(server: ApiServer, name: string): Promise<void> {
  await server.request("POST", CONFIG_MAPS, { metadata: { name } });
}

async function patch(server: ApiServer, name: string, past: string): Promise<void> {
  await server.request("PATCH", `${CONFIG_MAPS}/${name}`, { metadata: { labels: { past } } });
}

/** Moves the version on by writes to a kind that is not followed. */
async function pass(server: ApiServer, writes: number): Promise<void> {
  for (let index = 0; index < writes; index++) {
    const metadata = { name: crypto.randomUUID() };
    await server.request("POST", "/apis/coordination.k8s.io/v1/namespaces/default/leases", { metadata });
  }
}

interface Labelled {
  readonly metadata: { readonly name: string; readonly uid: string; readonly labels?: object };
}

/** Waits until Astrolabe has the ConfigMaps that the API server has, each with its uid and labels. */
async function agree({ server, astrolabe }: Parts): Promise<void> {
  await holds(async () => {
    const { items } = await server.request("GET", CONFIG_MAPS) as { items: Labelled[] };
    const { nodes } = await astrolabe.graph("namespace=default&kind=ConfigMap&labels=true&inactive=true");
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
