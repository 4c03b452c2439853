import { assertEquals } from "@std/assert";
import { findKind, kinds } from "../../src/kinds/registry.ts";
import { apiVersionOf } from "../../src/model/resource_kind.ts";
import { fixtureStates } from "./kind_cases.ts";

Deno.test("registry, has the 19 kinds under their paths", () => {
  assertEquals(kinds.map((kind) => `${apiVersionOf(kind)} ${kind.plural}`).sort(), [
    "apps/v1 daemonsets",
    "apps/v1 deployments",
    "apps/v1 replicasets",
    "apps/v1 statefulsets",
    "autoscaling/v2 horizontalpodautoscalers",
    "batch/v1 cronjobs",
    "batch/v1 jobs",
    "discovery.k8s.io/v1 endpointslices",
    "networking.k8s.io/v1 ingresses",
    "policy/v1 poddisruptionbudgets",
    "storage.k8s.io/v1 storageclasses",
    "v1 configmaps",
    "v1 namespaces",
    "v1 persistentvolumeclaims",
    "v1 persistentvolumes",
    "v1 pods",
    "v1 secrets",
    "v1 serviceaccounts",
    "v1 services",
  ]);
});

Deno.test("registry, reads metadata alone of ConfigMaps and Secrets", () => {
  assertEquals(kinds.filter((kind) => kind.metadataOnly).map((kind) => kind.kind), ["ConfigMap", "Secret"]);
});

Deno.test("registry, lets no label selector limit the cluster-scoped kinds", () => {
  const unlimited = kinds.filter((kind) => !kind.labelLimited).map((kind) => kind.kind);
  assertEquals(unlimited, ["PersistentVolume", "Namespace", "StorageClass"]);
  assertEquals(unlimited, kinds.filter((kind) => !kind.namespaced).map((kind) => kind.kind));
});

Deno.test("findKind(), knows group and kind together", () => {
  assertEquals(findKind("apps", "Deployment")?.plural, "deployments");
  assertEquals(findKind("", "Deployment"), undefined);
  assertEquals(findKind("constructor", "__proto__"), undefined);
});

Deno.test("registry, every kind has a malformed object among its fixtures", async () => {
  const lacking = [];
  for (const { kind } of kinds) {
    if (!(await fixtureStates(kind)).includes("malformed")) lacking.push(kind);
  }
  assertEquals(lacking, []);
});
