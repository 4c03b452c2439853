import { assertEquals } from "@std/assert";
import { findKind, KindRegistry, kinds } from "../../src/kinds/registry.ts";
import { apiVersionOf } from "../../src/model/resource_kind.ts";
import { fixtureStates } from "./kind_cases.ts";
import { customKind } from "../support/custom_kind.ts";

Deno.test("registry, has all kinds under their paths", () => {
  assertEquals(kinds.map((kind) => `${apiVersionOf(kind)} ${kind.plural}`).sort(), [
    "admissionregistration.k8s.io/v1 mutatingwebhookconfigurations",
    "admissionregistration.k8s.io/v1 validatingwebhookconfigurations",
    "apiextensions.k8s.io/v1 customresourcedefinitions",
    "apiregistration.k8s.io/v1 apiservices",
    "apps/v1 daemonsets",
    "apps/v1 deployments",
    "apps/v1 replicasets",
    "apps/v1 statefulsets",
    "autoscaling/v2 horizontalpodautoscalers",
    "batch/v1 cronjobs",
    "batch/v1 jobs",
    "discovery.k8s.io/v1 endpointslices",
    "gateway.networking.k8s.io/v1 gatewayclasses",
    "gateway.networking.k8s.io/v1 gateways",
    "gateway.networking.k8s.io/v1 grpcroutes",
    "gateway.networking.k8s.io/v1 httproutes",
    "networking.k8s.io/v1 ingressclasses",
    "networking.k8s.io/v1 ingresses",
    "networking.k8s.io/v1 networkpolicies",
    "policy/v1 poddisruptionbudgets",
    "rbac.authorization.k8s.io/v1 clusterrolebindings",
    "rbac.authorization.k8s.io/v1 clusterroles",
    "rbac.authorization.k8s.io/v1 rolebindings",
    "rbac.authorization.k8s.io/v1 roles",
    "scheduling.k8s.io/v1 priorityclasses",
    "storage.k8s.io/v1 storageclasses",
    "v1 configmaps",
    "v1 limitranges",
    "v1 namespaces",
    "v1 nodes",
    "v1 persistentvolumeclaims",
    "v1 persistentvolumes",
    "v1 pods",
    "v1 replicationcontrollers",
    "v1 resourcequotas",
    "v1 secrets",
    "v1 serviceaccounts",
    "v1 services",
  ]);
});

Deno.test("registry, reads only the metadata of kinds with data or schemas", () => {
  assertEquals(kinds.filter((kind) => kind.metadataOnly).map((kind) => kind.kind), [
    "ConfigMap",
    "Secret",
    "CustomResourceDefinition",
  ]);
});

Deno.test("registry, lets no label selector limit the cluster-scoped kinds", () => {
  const unlimited = kinds.filter((kind) => !kind.labelLimited).map((kind) => kind.kind);
  assertEquals(unlimited.slice(0, 3), ["PersistentVolume", "Namespace", "StorageClass"]);
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

Deno.test("KindRegistry, knows a custom kind until it is removed", () => {
  const registry = new KindRegistry();
  const widget = customKind("Widget");
  registry.set(widget);
  assertEquals(registry.find("example.com", "Widget"), widget);
  assertEquals(findKind("example.com", "Widget"), undefined);
  registry.delete(widget);
  assertEquals(registry.find("example.com", "Widget"), undefined);
  assertEquals(registry.find("", "Pod")?.plural, "pods");
});
