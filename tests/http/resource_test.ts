import { assertEquals } from "@std/assert";
import { Api } from "./api.ts";
import { object, smallCluster } from "./objects.ts";

Deno.test("GET /api/v1/resources/{uid}, has the fields of the list", async () => {
  const api = new Api(smallCluster());
  const [listed] = await api.get("/api/v1/resources?q=web-2-a");
  const { relations: _relations, unresolvedReferences: _unresolved, ...fields } = await api.get(
    "/api/v1/resources/pod-web-2-a",
  );
  assertEquals(fields, listed);
});

Deno.test("GET /api/v1/resources/{uid}, relations in and out with the resources at their ends", async () => {
  const { relations } = await new Api(smallCluster()).get("/api/v1/resources/pod-web-2-a");
  const end = (kind: string, name: string, status: string) => ({
    uid: `${kind}-${name}`.toLowerCase(),
    kind,
    namespace: "shop",
    name,
    status,
  });
  const none = { via: [], optional: false };
  assertEquals(relations, {
    in: [
      { type: "owns", ...none, resource: end("ReplicaSet", "web-2", "Pending") },
      { type: "selects", ...none, resource: end("Service", "web", "Ready") },
    ],
    out: [
      {
        type: "uses-configmap",
        via: ["envFrom"],
        optional: false,
        resource: end("ConfigMap", "settings", "Ready"),
      },
      { type: "uses-sa", ...none, resource: end("ServiceAccount", "default", "Ready") },
    ],
  });
});

Deno.test("GET /api/v1/resources/{uid}, relations of one type are sorted like lists", async () => {
  const claims = ["b", "c", "a"].map((name) =>
    object("PersistentVolumeClaim", `n/${name}`, { spec: { storageClassName: "fast" } })
  );
  const api = new Api([...claims, object("StorageClass", "fast")]);
  const { relations } = await api.get("/api/v1/resources/storageclass-fast");
  assertEquals(relations.in.map(({ resource }: { resource: { name: string } }) => resource.name), [
    "a",
    "b",
    "c",
  ]);
});

Deno.test("GET /api/v1/resources/{uid}, names missing targets of its references", async () => {
  const { unresolvedReferences } = await new Api(smallCluster()).get("/api/v1/resources/pod-experiment");
  assertEquals(unresolvedReferences, [
    {
      type: "uses-secret",
      kind: "Secret",
      namespace: "lab",
      name: "token",
      via: ["envFrom"],
      optional: false,
    },
  ]);
});

Deno.test("GET /api/v1/resources/{uid}, a missing owner is unresolved", async () => {
  const api = new Api([
    object("Pod", "n/p", { owner: "ReplicaSet gone", spec: { serviceAccountName: "sa" } }),
  ]);
  const { unresolvedReferences } = await api.get("/api/v1/resources/pod-p");
  assertEquals(unresolvedReferences[0], {
    type: "owns",
    kind: "ReplicaSet",
    namespace: "n",
    name: "gone",
    via: [],
    optional: false,
  });
});

Deno.test("GET /api/v1/resources/{uid}, a relation is optional if all its declarations are", async () => {
  const env = (optional: boolean) => ({ valueFrom: { secretKeyRef: { name: "token", key: "k", optional } } });
  const spec = (...needs: boolean[]) => ({
    containers: [{ name: "c", image: "x", env: needs.map(env) }],
    volumes: [{ name: "v", secret: { secretName: "token", optional: true } }],
  });
  const api = new Api([
    object("Secret", "n/token"),
    object("Pod", "n/can", { spec: spec(true) }),
    object("Pod", "n/must", { spec: spec(true, false) }),
  ]);
  const { relations } = await api.get("/api/v1/resources/secret-token");
  assertEquals(
    // deno-lint-ignore no-explicit-any -- what the API says
    relations.in.map(({ via, optional, resource }: any) => [resource.name, via, optional]),
    [["can", ["env", "volume"], true], ["must", ["env", "volume"], false]],
  );
});

Deno.test("GET /api/v1/resources/{uid}, an unresolved reference becomes a relation when its target appears", async () => {
  const api = new Api(smallCluster());
  api.put(object("Secret", "lab/token"));
  const { relations, unresolvedReferences } = await api.get("/api/v1/resources/pod-experiment");
  assertEquals(unresolvedReferences, []);
  assertEquals(relations.out.map(({ type }: { type: string }) => type), ["uses-secret", "uses-sa"]);
});

Deno.test("GET /api/v1/resources/{uid}, an idle ReplicaSet is found too", async () => {
  const { name } = await new Api(smallCluster()).get("/api/v1/resources/replicaset-web-1");
  assertEquals(name, "web-1");
});

Deno.test("GET /api/v1/resources/{uid}, finds a uid that needs encoding", async () => {
  const api = new Api([object("ConfigMap", "n/odd", { uid: "a/b ?#é" })]);
  const { uid } = await api.get(`/api/v1/resources/${encodeURIComponent("a/b ?#é")}`);
  assertEquals(uid, "a/b ?#é");
});

for (
  const uid of ["nothing", "6a2d9b8e-0000-4000-8000-000000000000", "__proto__", "%2F", "%00", "%ff", "%"]
) {
  Deno.test(`GET /api/v1/resources/{uid}, 404 for ${uid}`, async () => {
    const [status, code] = await new Api(smallCluster()).failure(`/api/v1/resources/${uid}`);
    assertEquals([status, code], [404, "not_found"]);
  });
}

Deno.test("GET /api/v1/resources/{uid}, takes no query parameter", async () => {
  assertEquals(await new Api(smallCluster()).failure("/api/v1/resources/pod-db-0?detail=true"), [
    400,
    "invalid_parameter",
    'Unknown query parameter "detail": this path takes none',
  ]);
});
