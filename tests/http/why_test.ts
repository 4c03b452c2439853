import { assertEquals } from "@std/assert";
import { Api } from "./api.ts";
import { object, smallCluster } from "./objects.ts";

/** The chain as `Kind name -type-> Kind name`, arrows as relations go. */
async function chain(api: Api, uid: string, release: string): Promise<string> {
  const { nodes, edges } = await api.get(`/api/v1/resources/${uid}/why?release=${release}`);
  // deno-lint-ignore no-explicit-any -- what the API says
  return nodes.map(({ kind, name }: any, i: number) => {
    const edge = edges[i - 1];
    const arrow = edge && (edge.to === nodes[i].uid ? ` -${edge.type}-> ` : ` <-${edge.type}- `);
    return `${arrow ?? ""}${kind} ${name}`;
  }).join("");
}

const api = new Api(smallCluster());

for (
  const [uid, release, expected] of [
    ["deployment-web", "web", "Deployment web"],
    ["pod-web-2-a", "web", "Deployment web -owns-> ReplicaSet web-2 -owns-> Pod web-2-a"],
    ["pod-web-2-a", "shop/web", "Deployment web -owns-> ReplicaSet web-2 -owns-> Pod web-2-a"],
    ["configmap-settings", "web", "Deployment web -uses-configmap-> ConfigMap settings"],
    [
      "persistentvolumeclaim-data",
      "db",
      "StatefulSet db -owns-> Pod db-0 -mounts-> PersistentVolumeClaim data",
    ],
    [
      "storageclass-fast",
      "db",
      "StatefulSet db -owns-> Pod db-0 -mounts-> PersistentVolumeClaim data -uses-storageclass-> StorageClass fast",
    ],
    ["storageclass-slow", "db", ""],
    ["pod-web-2-a", "db", ""],
    ["pod-experiment", "web", ""],
    ["deployment-web", "nothing", ""],
  ] as const
) {
  Deno.test(`GET /api/v1/resources/${uid}/why?release=${release}`, async () => {
    assertEquals(await chain(api, uid, release), expected);
  });
}

Deno.test("GET /api/v1/resources/{uid}/why, every resource of a release's answer has a chain, and no other", async () => {
  for (const release of ["web", "db"]) {
    const names = new Set((await api.get(`/api/v1/graph?release=${release}&inactive=true`)).nodes.map(
      ({ uid }: { uid: string }) => uid,
    ));
    for (const { uid } of await api.get("/api/v1/resources?inactive=true")) {
      const { nodes, edges } = await api.get(`/api/v1/resources/${uid}/why?release=${release}`);
      assertEquals([nodes.length > 0, Math.max(0, nodes.length - 1)], [names.has(uid), edges.length], uid);
    }
  }
});

Deno.test("GET /api/v1/resources/{uid}/why, an edge says how it is meant", async () => {
  const { edges } = await api.get("/api/v1/resources/configmap-settings/why?release=web");
  assertEquals(edges, [{
    type: "uses-configmap",
    from: "deployment-web",
    to: "configmap-settings",
    via: ["envFrom"],
    optional: false,
  }]);
});

Deno.test("GET /api/v1/resources/{uid}/why, Helm's storage objects are in no release's answer", async () => {
  const stored = object("Secret", "shop/sh.helm.release.v1.web.v1", {
    labels: { owner: "helm", name: "web", version: "1", status: "deployed" },
  });
  assertEquals(
    await chain(new Api([...smallCluster(), stored]), "secret-sh.helm.release.v1.web.v1", "web"),
    "",
  );
});

Deno.test("GET /api/v1/resources/{uid}/why, needs a release, and a uid that somebody has", async () => {
  assertEquals((await api.failure("/api/v1/resources/pod-db-0/why"))[0], 400);
  assertEquals((await api.failure("/api/v1/resources/pod-db-0/why?release=a/b/c"))[0], 400);
  assertEquals((await api.failure("/api/v1/resources/nobody/why?release=web"))[0], 404);
});
