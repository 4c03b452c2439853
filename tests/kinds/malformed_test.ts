/** Every field of every fixture, replaced by what does not belong there: nothing but identity may throw. */
import { assert, assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { kinds } from "../../src/kinds/registry.ts";
import type { KindRule } from "../../src/kinds/rule.ts";
import type { ResourceRecord } from "../../src/model/record.ts";
import { RELATION_TYPES } from "../../src/model/relation.ts";
import { STATUSES } from "../../src/model/status.ts";
import { fixture, fixtureStates } from "./kind_cases.ts";

const INTRUDERS: unknown[] = [undefined, null, 42, -1.5, true, "x", "", [], [null], ["x"], {}, {
  constructor: 1,
}];
const IDENTITY = new Set(["metadata", "metadata.uid", "metadata.name", "metadata.namespace"]);

for (const rule of kinds) {
  Deno.test(`${rule.kind}, no field of a wrong type throws or gets into the record`, async () => {
    for (const state of await fixtureStates(rule.kind)) {
      const object = await fixture(rule.kind, state);
      for (const { parent, key, path } of places(object)) {
        const original = parent[key];
        for (const intruder of INTRUDERS) {
          const where = `${state}: ${path} = ${JSON.stringify(intruder)}`;
          if (intruder !== undefined) parent[key] = intruder;
          else if (Array.isArray(parent)) continue; // JSON has no holes
          else delete parent[key];
          const record = recordOf(rule, object, where);
          if (record) assertSound(record, where);
          else assert(IDENTITY.has(path), where);
        }
        parent[key] = original;
      }
    }
  });
}

const unknowns: [kind: string, state: string, change: (object: Fixture) => void][] = [
  ["Deployment", "ready", (object) => object.spec = null],
  ["Deployment", "ready", (object) => object.spec = []],
  ["Deployment", "ready", (object) => object.spec.replicas = "three"],
  ["Deployment", "ready", (object) => object.spec.replicas = 1.5],
  ["Deployment", "ready", (object) => object.status.conditions = "x"],
  ["Pod", "ready", (object) => object.spec.containers = {}],
  ["Pod", "ready", (object) => object.spec.volumes = [null]],
  ["Pod", "ready", (object) => object.spec.volumes[0].configMap = "web"],
  ["Pod", "ready", (object) => object.spec.serviceAccountName = 7],
  ["Pod", "ready", (object) => object.status.containerStatuses[0].restartCount = "2"],
  ["Pod", "claims", (object) => object.spec.volumes[0].persistentVolumeClaim.claimName = 7],
  ["Ingress", "published", (object) => object.spec.tls[0].secretName = {}],
  ["Service", "cluster_ip", (object) => object.metadata.labels.app = 1],
  ["EndpointSlice", "ready", (object) => object.endpoints[0].targetRef.kind = 7],
  ["RoleBinding", "role", (object) => object.subjects[0].kind = 7],
  ["StorageClass", "ready", (object) => object.metadata.ownerReferences = "web"],
];

for (const [kind, state, change] of unknowns) {
  Deno.test(`${kind}, ${change.toString().replace("(object) => ", "")} gives Unknown and no reference of the rule`, async () => {
    const rule = kinds.find((rule) => rule.kind === kind);
    assert(rule);
    const object = await fixture(kind, state);
    change(object);
    const { status, references, selectors } = makeRecord(rule, object);
    assertEquals([status, references.filter(({ type }) => type !== "owns"), selectors], ["Unknown", [], []]);
  });
}

// deno-lint-ignore no-explicit-any -- a test changes what it likes in it
type Fixture = any;

interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
  readonly path: string;
}

/** All fields and list items below a value. */
function places(value: unknown, above = ""): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => {
    const path = above === "" ? key : `${above}.${key}`;
    return [{ parent, key, path }, ...places(parent[key], path)];
  });
}

/** The record, or none where the object is refused for want of an identity. */
function recordOf(rule: KindRule, object: unknown, where: string): ResourceRecord | undefined {
  try {
    return makeRecord(rule, object);
  } catch (error) {
    assert(error instanceof TypeError && error.message.startsWith(rule.kind), `${where}: ${error}`);
    return undefined;
  }
}

/** What the types promise, seen at run time. */
function assertSound(record: ResourceRecord, where: string): void {
  assert(STATUSES.includes(record.status), where);
  assert(record.message.length <= 250, where);
  assert(record.status !== "Unknown" || record.message !== "", where);
  const { namespace, name, resourceVersion, createdAt, labels, annotations, release, detail } = record;
  assertStrings([namespace, name, resourceVersion, ...labels.flat(), ...annotations.flat()], where);
  if (release) assertStrings([release.namespace, release.name], where);
  assert(Number.isSafeInteger(createdAt), where);

  for (const { type, kind, namespace, name, uid = "", via = 0, ...flags } of record.references) {
    assertStrings([namespace, name, uid], where);
    assert(RELATION_TYPES.includes(type), where);
    if (kind === undefined) assert(uid !== "" && namespace === "" && name === "", where);
    else {
      assert(name !== "" && kinds.some((known) => known === kind), where);
      assert(kind.namespaced === (namespace !== ""), where);
    }
    assert(Number.isSafeInteger(via), where);
    assert(Object.values(flags).every((flag) => flag === true), where);
  }
  for (const { key, values } of record.selectors.flatMap(({ selector }) => selector)) {
    assertStrings([key, ...values], where);
  }

  const { image = "", nodeName = "", volumeName = "", restartCount = 0, replicas, claimRef } = detail;
  assertStrings([image, nodeName, volumeName, ...Object.values(claimRef ?? {})], where);
  assertStrings((detail.ownerReferences ?? []).flatMap((owner) => Object.values(owner)), where);
  for (const figure of [restartCount, ...Object.values(replicas ?? {})]) {
    assert(Number.isSafeInteger(figure), where);
  }
}

function assertStrings(values: readonly unknown[], where: string): void {
  assert(values.every((value) => typeof value === "string"), where);
}
