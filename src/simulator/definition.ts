import type { ResourceKind } from "../model/resource_kind.ts";
import type { KubeObject } from "./kube_object.ts";

export const DEFINITION = "CustomResourceDefinition";

/** Returns the CustomResourceDefinition of a kind, without a schema. */
export function definitionOf({ group, version, kind, plural, namespaced }: ResourceKind): KubeObject {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const names = { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: DEFINITION,
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? "Namespaced" : "Cluster",
      names,
      versions: [{ name: version, served: true, storage: true, schema }],
    },
    status: {
      acceptedNames: names,
      storedVersions: [version],
      conditions: ["NamesAccepted", "Established"].map((type) => ({ type, status: "True", reason: type })),
    },
  };
}
