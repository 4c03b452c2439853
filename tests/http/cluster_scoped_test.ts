/** Which cluster-scoped resources the answer about a namespace or a release takes along. */
import { assertEquals } from "@std/assert";
import { Api } from "./api.ts";
import { object } from "./objects.ts";

const HELM = { "meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop" };
const rbac = (kind: string, name: string) => ({ apiGroup: "rbac.authorization.k8s.io", kind, name });

const cluster = () =>
  new Api([
    object("Namespace", "shop"),
    object("Node", "node-1"),
    object("PriorityClass", "high"),
    object("IngressClass", "nginx"),
    object("ClusterRole", "view"),
    object("ClusterRole", "admin"),
    object("ClusterRoleBinding", "admins", {
      roleRef: rbac("ClusterRole", "admin"),
      subjects: [{ kind: "ServiceAccount", namespace: "shop", name: "web" }],
    }),
    object("ValidatingWebhookConfiguration", "policy", {
      webhooks: [{ clientConfig: { service: { namespace: "shop", name: "web" } } }],
    }),
    object("ServiceAccount", "shop/web", { annotations: HELM }),
    object("Service", "shop/web", { annotations: HELM, spec: {} }),
    object("Pod", "shop/web", {
      annotations: HELM,
      spec: { nodeName: "node-1", priorityClassName: "high", serviceAccountName: "web" },
    }),
    object("Ingress", "shop/web", {
      annotations: HELM,
      spec: { ingressClassName: "nginx", defaultBackend: { service: { name: "web" } } },
    }),
    object("RoleBinding", "shop/viewers", {
      roleRef: rbac("ClusterRole", "view"),
      subjects: [{ kind: "ServiceAccount", name: "web" }],
    }),
  ]);

const PARTS: readonly [query: string, expected: readonly string[]][] = [
  ["namespace=shop", [
    "ClusterRole view",
    "ClusterRoleBinding admins",
    "IngressClass nginx",
    "Namespace shop",
    "ValidatingWebhookConfiguration policy",
  ]],
  ["release=shop/web", ["ClusterRoleBinding admins", "IngressClass nginx"]],
];

for (const [query, expected] of PARTS) {
  Deno.test(`GET /api/v1/graph?${query}, takes no nodes and no priority classes along`, async () => {
    const { nodes } = await cluster().get(`/api/v1/graph?${query}`);
    const found = nodes.filter((node: { namespace: string }) => node.namespace === "");
    assertEquals(
      found.map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`).sort(),
      [...expected],
    );
  });
}

Deno.test("GET /api/v1/problems, neither a missing node nor a missing subject of a binding is one", async () => {
  const api = new Api([
    object("Pod", "shop/web", { spec: { nodeName: "gone" }, status: { phase: "Running" } }),
    object("ServiceAccount", "shop/default"),
    object("ClusterRole", "view"),
    object("RoleBinding", "shop/viewers", {
      roleRef: rbac("ClusterRole", "view"),
      subjects: [{ kind: "ServiceAccount", name: "gone" }],
    }),
    object("ClusterRoleBinding", "admins", { roleRef: rbac("ClusterRole", "gone"), subjects: [] }),
  ]);
  const problems: { type: string; name: string; target?: unknown }[] = await api.get("/api/v1/problems");
  const unresolved = problems.filter(({ type }) => type === "unresolved-reference");
  assertEquals(unresolved.map(({ name }) => name), ["admins"]);
});
