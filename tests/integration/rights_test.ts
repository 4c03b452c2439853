/** Whom Astrolabe admits, and what exists for them, on a real API server with RBAC. */
import { assertEquals } from "@std/assert";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const USERS = [
  { name: "limited", token: "token-of-limited", groups: ["teams"] },
  { name: "nobody", token: "token-of-nobody", groups: [] },
];

Deno.test(`Rights on a real cluster${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start({ users: USERS });
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
    const astrolabe = await Astrolabe.start(
      `--kubeconfig=${server.kubeconfig()}`,
      "--auth=kubernetes",
      "--v=2",
    );
    try {
      await astrolabe.ready();
      const ask = (token: string, path = "/api/v1/graph") =>
        astrolabe.fetch(path, { headers: { authorization: `Bearer ${token}` } });
      const names = async (token: string, path?: string) => {
        const { nodes } = await (await ask(token, path)).json();
        return nodes.map((it: { kind: string; name: string }) => `${it.kind} ${it.name}`).sort();
      };
      assertEquals(await names("token-of-limited"), ["ConfigMap seen"]);
      assertEquals(await names("token-of-limited", "/api/v1/graph?namespace=alpha"), ["ConfigMap seen"]);
      assertEquals(await names("token-of-limited", "/api/v1/graph?namespace=beta"), []);
      assertEquals(await names("token-of-nobody"), []);
      assertEquals((await names(server.token)).includes("ConfigMap canary"), true);
      assertEquals(await (await ask("token-of-limited", "/api/v1/access")).json(), {
        auth: "kubernetes",
        user: "limited",
        kinds: { visible: 1, total: 38 },
        namespaces: ["alpha"],
      });
      const refused = await ask("wrong");
      await refused.body?.cancel();
      assertEquals([refused.status, refused.headers.get("www-authenticate")], [401, "Bearer"]);
    } finally {
      await astrolabe.stop();
    }
    assertEquals(/user=limited/.test(astrolabe.output), true, astrolabe.output);
    assertEquals(astrolabe.output.includes("token-of"), false);
  },
};

async function populate(server: ApiServer): Promise<void> {
  for (const name of ["alpha", "beta"]) {
    await server.request("POST", "/api/v1/namespaces", { metadata: { name } });
  }
  const create = (namespace: string, name: string) =>
    server.request("POST", `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name } });
  await create("alpha", "seen");
  await create("beta", "canary");
  await server.request("POST", `${RBAC}/namespaces/alpha/roles`, {
    metadata: { name: "reader" },
    rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }],
  });
  await server.request("POST", `${RBAC}/namespaces/alpha/rolebindings`, {
    metadata: { name: "reader" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "teams" }],
  });
}
