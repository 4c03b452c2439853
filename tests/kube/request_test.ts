import { assertEquals } from "@std/assert";
import { acceptOf, admissible, pathOf, searchOf } from "../../src/kube/request.ts";
import type { ResourceKind } from "../../src/model/resource_kind.ts";

const deployment: ResourceKind = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
  metadataOnly: false,
  labelLimited: true,
};
const secret: ResourceKind = {
  ...deployment,
  group: "",
  kind: "Secret",
  plural: "secrets",
  metadataOnly: true,
};

Deno.test("pathOf() gives a group's path", () => {
  assertEquals(pathOf({ kind: deployment }), "/apis/apps/v1/deployments");
});

Deno.test("pathOf() gives the core group's path in a namespace", () => {
  assertEquals(pathOf({ kind: secret, namespace: "web" }), "/api/v1/namespaces/web/secrets");
});

Deno.test("acceptOf() has no fallback to full objects if metadata is enough", () => {
  assertEquals(acceptOf(secret, "watch"), "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
});

Deno.test("searchOf() does not limit a kind that has no label selector", () => {
  const scope = { kind: { ...secret, labelLimited: false } };
  assertEquals(searchOf({ scope, labelSelector: "a=b" }, { limit: "1" }).toString(), "limit=1");
});

Deno.test("admissible() drops data that was not requested", () => {
  const object = { metadata: { name: "a" }, data: { password: "x" }, stringData: {} };
  assertEquals(admissible(secret, object), { metadata: { name: "a" } });
});

Deno.test("admissible() keeps a full object if it was requested", () => {
  const object = { metadata: { name: "a" }, spec: {} };
  assertEquals(admissible(deployment, object), object);
});
