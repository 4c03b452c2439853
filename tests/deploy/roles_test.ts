/** The rights in the manifests, compared with the registry of kinds. */
import { assertEquals } from "@std/assert";
import { load, loadAll } from "js-yaml";
import { kinds } from "../../src/kinds/registry.ts";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import type { Manifest } from "../support/kubectl.ts";

const KUBERNETES = "deploy/kubernetes";
const ROLES = "deploy/helm/astrolabe/files/rbac";

Deno.test("ClusterRole, allows to list and watch the registered kinds, and nothing else", () => {
  const [role] = read(`${ROLES}/cluster/cluster_role.yaml`);
  assertEquals(permissionsOf(role), kinds.flatMap(permissions).sort());
});

Deno.test("Role, allows to list and watch the registered kinds of a namespace, and nothing else", () => {
  const [role] = read(`${ROLES}/namespaced/role.yaml`);
  assertEquals(
    permissionsOf(role),
    kinds.filter(({ namespaced }) => namespaced).flatMap(permissions).sort(),
  );
});

Deno.test("The component custom-resources, allows to list and watch the groups that it names", () => {
  const [role] = read(`${KUBERNETES}/components/custom-resources/cluster_role.yaml`);
  assertEquals(permissionsOf(role), [
    "list *.acme.cert-manager.io",
    "list *.cert-manager.io",
    "watch *.acme.cert-manager.io",
    "watch *.cert-manager.io",
  ]);
});

Deno.test("Manifests, name the image by the version", () => {
  const { images } = load(Deno.readTextFileSync(`${KUBERNETES}/base/kustomization.yaml`)) as Manifest;
  const { version } = JSON.parse(Deno.readTextFileSync("deno.json"));
  assertEquals(images, [{ name: "astrolabe", newTag: version }]);
});

function read(path: string): Manifest[] {
  return loadAll(Deno.readTextFileSync(path)) as Manifest[];
}

function permissions({ group, plural }: ResourceKind): string[] {
  return ["list", "watch"].map((verb) => `${verb} ${plural}.${group}`);
}

/** Returns one line for each right of a role, and one for each other content of a rule. */
function permissionsOf({ rules }: Manifest): string[] {
  return rules.flatMap(({ apiGroups, resources, verbs, ...rest }: Manifest) => [
    ...Object.keys(rest),
    ...apiGroups.flatMap((group: string) =>
      resources.flatMap((resource: string) => verbs.map((verb: string) => `${verb} ${resource}.${group}`))
    ),
  ]).sort();
}
