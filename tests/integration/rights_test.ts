/** Whom Astrolabe admits, and what exists for them, on a real API server with RBAC. */
import { assertEquals, assertMatch } from "@std/assert";
import { KubernetesAccess } from "../../src/access/kubernetes_access.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { Reviews } from "../../src/kube/reviews.ts";
import { systemClock } from "../../src/model/clock.ts";
import { Api } from "../http/api.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { clientCertificate } from "../support/client_certificate.ts";
import { holds } from "../support/holds.ts";
import { readLists } from "../support/naive_reading.ts";
import { RecordingLog } from "../support/recording_log.ts";
import { Watcher } from "../support/watcher.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const GROUP = "rbac.authorization.k8s.io";
const RBAC = `/apis/${GROUP}/v1`;
const USERS = [
  { name: "limited", token: "token-of-limited", groups: ["teams"] },
  { name: "nobody", token: "token-of-nobody", groups: [] },
];

/** Astrolabe's, where it logs in with a certificate. */
const CERTIFICATE = clientCertificate({ name: "astrolabe", group: "system:masters" });

Deno.test(`Rights on a real cluster${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start({ users: USERS, clientAuthority: CERTIFICATE.authority });
  try {
    await populate(server);
    for (const [behaviour, run] of Object.entries(cases)) {
      await test.step(`Astrolabe, ${behaviour}`, () => run(server));
    }
  } finally {
    await server.close();
  }
});

const cases: Record<string, (server: ApiServer) => Promise<void>> = {
  "shows a user what RBAC lets them list": async (server) => {
    const output = await withAstrolabe(server, ["--v=2"], async (astrolabe) => {
      const names = async (token: string, path = "/api/v1/graph") => {
        const { nodes } = await (await ask(astrolabe, token, path)).json();
        return nodes.map((it: { kind: string; name: string }) => `${it.kind} ${it.name}`).sort();
      };
      assertEquals(await names("token-of-limited"), ["ConfigMap seen"]);
      assertEquals(await names("token-of-limited", "/api/v1/graph?namespace=alpha"), ["ConfigMap seen"]);
      assertEquals(await names("token-of-limited", "/api/v1/graph?namespace=beta"), []);
      assertEquals(await names("token-of-nobody"), []);
      assertEquals((await names(server.token)).includes("ConfigMap canary"), true);
      assertEquals(await (await ask(astrolabe, "token-of-limited", "/api/v1/access")).json(), {
        auth: "kubernetes",
        user: "limited",
        kinds: { visible: 1, total: 38 },
        namespaces: ["alpha"],
      });
      assertEquals([
        await statusOf(astrolabe, "token-of-limited", "/metrics"),
        await statusOf(astrolabe, server.token, "/metrics"),
      ], [403, 200]);
    });
    assertMatch(output, /user=limited/);
    assertEquals([output.includes("token-of"), output.includes(server.token)], [false, false]);
  },

  "needs no more than its own rights, without those to review tokens": async (server) => {
    const token = await server.serviceAccountToken("default", "astrolabe");
    await grant(server, "astrolabe", { kind: "ServiceAccount", namespace: "default", name: "astrolabe" });
    await withAstrolabe(server, [], async (astrolabe) => {
      assertEquals(await statusOf(astrolabe, "token-of-limited", "/api/v1/graph"), 200);
      assertEquals(await statusOf(astrolabe, "wrong", "/api/v1/graph"), 401);
      assertEquals(await (await ask(astrolabe, "token-of-limited", "/api/v1/namespaces")).json(), ["alpha"]);
    }, token);
  },

  "asks in the user's name, not in its own, where it has a client certificate": async (server) => {
    await withAstrolabe(server, [], async (astrolabe) => {
      assertEquals(await (await ask(astrolabe, "token-of-limited", "/api/v1/namespaces")).json(), ["alpha"]);
      assertEquals(await (await ask(astrolabe, "token-of-nobody", "/api/v1/namespaces")).json(), []);
    }, CERTIFICATE);
  },

  "refuses tokens that are malformed, too long, for another audience, or no longer valid": async (server) => {
    const account = "/api/v1/namespaces/alpha/serviceaccounts";
    await server.request("POST", account, { metadata: { name: "robot" } });
    const request = async (spec: object) => {
      const made = await server.request("POST", `${account}/robot/token`, {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { expirationSeconds: 600, ...spec },
      }) as { status: { token: string } };
      return made.status.token;
    };
    const [good, foreign] = [await request({}), await request({ audiences: ["vault"] })];
    await withAstrolabe(server, [], async (astrolabe) => {
      const status = (token: string) => statusOf(astrolabe, token, "/api/v1/graph");
      assertEquals([await status(good), await status(foreign)], [200, 401]);
      const [head = "", body = "", signature = ""] = good.split(".");
      const claims = JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/")));
      const expired = btoa(JSON.stringify({ ...claims, exp: 1 })).replace(/=+$/, "");
      assertEquals(await status(`${head}.${expired}.${signature}`), 401);
      assertEquals(await status(`${head}.${body}.`), 401);
      assertEquals(await status(good.slice(0, -4)), 401);
      // Deno refuses so large a header before we read it.
      assertEquals(await status("a".repeat(100_000)), 400);
      assertEquals(await status("a".repeat(20_000)), 401);
    });
  },

  "tells a stream what appears and disappears when rights are given and taken": async (server) => {
    const client = KubeClient.load({ kubeconfig: server.kubeconfig() }, new RecordingLog());
    const api: Api = new Api(await readLists((path) => server.request("GET", path)), {
      access: {
        mode: "kubernetes",
        ask: (...it) => access.ask(...it),
        mayReadMetrics: () => Promise.reject(),
      },
    });
    const access = new KubernetesAccess({
      graph: api.graph.read,
      reviews: new Reviews({ client, clock: systemClock }),
      namespaces: () => ["alpha", "beta"],
      clock: api.clock,
      log: api.log,
    });
    const headers = { authorization: "Bearer token-of-limited" };
    const watcher = new Watcher((await api.request("/api/v1/watch", { headers })).body!);
    const names = () => watcher.picture.nodes.map(({ name }) => String(name)).sort();
    let reading: Promise<void> | undefined;
    const shows = (...expected: string[]) =>
      holds(() => {
        reading ??= watcher.read().then(() => reading = undefined);
        api.clock.advance(10_000);
        assertEquals(names(), expected);
      });
    await shows("seen");
    await grantConfigMaps(server, "beta");
    await shows("canary", "seen");
    await server.request("DELETE", `${RBAC}/namespaces/beta/rolebindings/reader`);
    await shows("seen");
    await server.request("DELETE", `${RBAC}/namespaces/alpha/rolebindings/reader`);
    await shows();
    await watcher.cancel();
    await server.request("DELETE", `${RBAC}/namespaces/alpha/roles/reader`);
    await grantConfigMaps(server, "alpha");
    client.close();
  },

  "goes on with what it knows while the API server is away, and admits nobody else": async (server) => {
    await withAstrolabe(server, [], async (astrolabe) => {
      const status = (token: string) => statusOf(astrolabe, token, "/api/v1/graph");
      assertEquals(await status("token-of-limited"), 200);
      await server.stopServer();
      assertEquals([await status("token-of-limited"), await status("token-of-nobody")], [200, 503]);
      await server.startServer();
      await holds(async () => assertEquals(await status("token-of-nobody"), 200));
    });
  },
};

/** Runs Astrolabe with the credentials of an administrator, or with others. Returns its output. */
async function withAstrolabe(
  server: ApiServer,
  args: readonly string[],
  use: (astrolabe: Astrolabe) => Promise<void>,
  credentials: string | typeof CERTIFICATE = server.token,
): Promise<string> {
  const kubeconfig = typeof credentials === "string"
    ? server.kubeconfig(credentials)
    : await kubeconfigWith(server, credentials);
  const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`, "--auth=kubernetes", ...args);
  try {
    await astrolabe.ready();
    await use(astrolabe);
  } finally {
    await astrolabe.stop();
  }
  return astrolabe.output;
}

async function kubeconfigWith(server: ApiServer, { certificate, key }: typeof CERTIFICATE): Promise<string> {
  const path = server.kubeconfig();
  const config = JSON.parse(await Deno.readTextFile(path));
  config.users[0].user = { "client-certificate-data": btoa(certificate), "client-key-data": btoa(key) };
  await Deno.writeTextFile(path, JSON.stringify(config));
  return path;
}

function ask(astrolabe: Astrolabe, token: string, path: string, signal?: AbortSignal): Promise<Response> {
  return astrolabe.fetch(path, {
    headers: { authorization: `Bearer ${token}` },
    signal: signal ?? AbortSignal.timeout(30_000),
  });
}

async function statusOf(astrolabe: Astrolabe, token: string, path: string): Promise<number> {
  const { status, body } = await ask(astrolabe, token, path);
  await body?.cancel();
  return status;
}

async function populate(server: ApiServer): Promise<void> {
  for (const name of ["alpha", "beta"]) {
    await server.request("POST", "/api/v1/namespaces", { metadata: { name } });
  }
  const create = (namespace: string, name: string) =>
    server.request("POST", `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name } });
  await create("alpha", "seen");
  await create("beta", "canary");
  await grantConfigMaps(server, "alpha");
}

/** Lets the group of the limited user list the ConfigMaps of a namespace. */
async function grantConfigMaps(server: ApiServer, namespace: string): Promise<void> {
  const base = `${RBAC}/namespaces/${namespace}`;
  await server.request("POST", `${base}/roles`, {
    metadata: { name: "reader" },
    rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }],
  });
  await server.request("POST", `${base}/rolebindings`, {
    metadata: { name: "reader" },
    roleRef: { apiGroup: GROUP, kind: "Role", name: "reader" },
    subjects: [{ apiGroup: GROUP, kind: "Group", name: "teams" }],
  });
}

/** Grants Astrolabe what it lists and watches. */
async function grant(server: ApiServer, name: string, subject: object): Promise<void> {
  await server.request("POST", `${RBAC}/clusterroles`, {
    metadata: { name },
    rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["list", "watch"] }],
  });
  await server.request("POST", `${RBAC}/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: GROUP, kind: "ClusterRole", name },
    subjects: [subject],
  });
}
