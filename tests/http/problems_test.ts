import { assertEquals } from "@std/assert";
import { Api } from "./api.ts";
import { object, smallCluster } from "./objects.ts";

async function lines(api: Api, query = ""): Promise<string[]> {
  const problems = await api.get(`/api/v1/problems${query}`);
  // deno-lint-ignore no-explicit-any -- what the API says
  return problems.map(({ namespace, kind, name, type, target }: any) =>
    `${namespace} ${kind} ${name}: ${type}${
      target ? ` ${target.kind} ${target.namespace}/${target.name}` : ""
    }`
  );
}

Deno.test("GET /api/v1/problems, all types, sorted like lists", async () => {
  assertEquals(await lines(new Api(smallCluster())), [
    "lab PersistentVolumeClaim spare: unused-claim",
    "lab Pod experiment: unresolved-reference Secret lab/token",
    "lab Service nobody: service-selects-nothing",
    "shop Pod web-2-a: error-status",
  ]);
});

Deno.test("GET /api/v1/problems, a problem in full", async () => {
  const [problem] = await new Api(smallCluster()).get("/api/v1/problems?q=experiment");
  assertEquals(problem, {
    type: "unresolved-reference",
    uid: "pod-experiment",
    kind: "Pod",
    namespace: "lab",
    name: "experiment",
    message: "Secret token does not exist (uses-secret)",
    target: { kind: "Secret", namespace: "lab", name: "token" },
    since: "2026-01-02T00:00:00Z",
  });
});

Deno.test("GET /api/v1/problems, a claim is unused since it lost the last that mounted it", async () => {
  const api = new Api([object("PersistentVolumeClaim", "n/data")]);
  const spec = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] };
  api.put(object("Pod", "n/web", { spec }));
  api.clock.advance(3_600_000);
  api.graph.remove("pod-web");
  const [problem] = await api.get("/api/v1/problems");
  assertEquals([problem.type, problem.since], ["unused-claim", "2026-01-02T01:00:00Z"]);
});

Deno.test("GET /api/v1/problems, since stays while the clock goes on", async () => {
  const api = new Api(smallCluster());
  api.clock.advance(3_600_000);
  const [problem] = await api.get("/api/v1/problems?q=web-2-a");
  assertEquals(problem.since, "2026-01-02T00:00:00Z");
});

Deno.test("GET /api/v1/problems, ends when what was missing comes", async () => {
  const api = new Api(smallCluster());
  const before = await lines(api, "?q=experiment");
  api.put(object("Secret", "lab/token"));
  assertEquals([before.length, await lines(api, "?q=experiment")], [1, []]);
});

Deno.test("GET /api/v1/problems, targets of a kind that is not synced are left out", async () => {
  const api = new Api(smallCluster(), { states: { Secret: "forbidden" } });
  assertEquals(await lines(api, "?q=experiment"), []);
});

Deno.test("GET /api/v1/problems, targets of a kind that a label selector limits are left out", async () => {
  const api = new Api(smallCluster(), { isLimited: ({ kind }) => kind === "Pod" });
  assertEquals(await lines(api, "?namespace=lab"), [
    "lab Pod experiment: unresolved-reference Secret lab/token",
  ]);
});

Deno.test("GET /api/v1/problems, targets in a namespace that is not followed are left out", async () => {
  const volume = object("PersistentVolume", "v", {
    spec: { claimRef: { namespace: "elsewhere", name: "claim" } },
    status: { phase: "Bound" },
  });
  const api = new Api([volume], { isLimited: (_kind, namespace) => namespace === "elsewhere" });
  assertEquals(await lines(api), []);
});

Deno.test("GET /api/v1/problems, several of one resource come together", async () => {
  const containers = [{
    name: "a",
    image: "a",
    envFrom: [{ secretRef: { name: "x" } }, { configMapRef: { name: "y" } }],
  }];
  const api = new Api([
    object("ServiceAccount", "n/default"),
    object("Pod", "n/p", { spec: { containers }, status: { phase: "Failed" } }),
    object("Pod", "n/o", { spec: { containers }, status: { phase: "Pending" } }),
  ]);
  assertEquals((await lines(api)).map((line) => line.replace(/:.*/, "")), [
    "n Pod o",
    "n Pod o",
    "n Pod p",
  ]);
});
