import type { ResourceKind } from "../../src/model/resource_kind.ts";

const limits = { metadataOnly: false, labelLimited: true };

export const pod: ResourceKind = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  namespaced: true,
  ...limits,
};

export const replicaSet: ResourceKind = {
  group: "apps",
  version: "v1",
  kind: "ReplicaSet",
  plural: "replicasets",
  namespaced: true,
  ...limits,
};

export const namespace: ResourceKind = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
  ...limits,
};
