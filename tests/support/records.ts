import type { ResourceKind } from "../../src/model/resource_kind.ts";
import type { ResourceRecord } from "../../src/model/record.ts";

/** Kinds for tests that need no rules: two namespaced ones and a cluster-scoped one. */
export const testKinds: readonly ResourceKind[] = [
  testKind("Pod", true),
  testKind("Claim", true),
  testKind("Volume", false),
];

function testKind(kind: string, namespaced: boolean): ResourceKind {
  const plural = `${kind.toLowerCase()}s`;
  return {
    group: "",
    version: "v1",
    kind,
    plural,
    namespaced,
    metadataOnly: false,
    labelLimited: namespaced,
  };
}

/** Returns a record with only the given fields. */
export function record(
  given: Partial<ResourceRecord> & Pick<ResourceRecord, "kind" | "uid" | "name">,
): ResourceRecord {
  return {
    namespace: "",
    resourceVersion: "1",
    createdAt: 1_600_000_000,
    labels: [],
    annotations: [],
    status: "Ready",
    message: "",
    detail: {},
    references: [],
    selectors: [],
    idle: false,
    finished: false,
    onHold: false,
    ...given,
  };
}
