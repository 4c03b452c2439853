import { assert, assertEquals } from "@std/assert";
import { customRule } from "../../src/kinds/custom/custom_rule.ts";
import { makeOperatorScene, OPERATOR_KINDS } from "../../src/simulator/sample/operator.ts";
import { Random } from "../../src/simulator/random.ts";
import { Scene } from "../../src/simulator/sample/scene.ts";
import { Api, NOW } from "../http/api.ts";

function makeApi(): Api {
  const scene = new Scene(new Random(1), { nodes: 3, now: () => NOW, healthy: true });
  return new Api(makeOperatorScene(scene), { customKinds: OPERATOR_KINDS.map(customRule) });
}

Deno.test("makeOperatorScene(), a release of one custom resource has all that the operator made", async () => {
  const { nodes } = await makeApi().get("/api/v1/graph?release=databases/orders-db");
  const kinds = new Set(nodes.map(({ kind }: { kind: string }) => kind));
  for (const kind of ["Database", "DatabaseBackup", "StatefulSet", "Pod", "Service"]) {
    assert(kinds.has(kind), kind);
  }
});

Deno.test("makeOperatorScene(), only the custom resource names the release", async () => {
  const api = makeApi();
  const [{ uid }] = await api.get("/api/v1/resources?kind=Database");
  const named = [...api.graph.read.select({})].filter((row) =>
    api.graph.read.namedRelease(row) !== undefined
  );
  assertEquals(named.map((row) => api.graph.read.uid(row)), [uid]);
  assertEquals(api.graph.validate(), []);
});
