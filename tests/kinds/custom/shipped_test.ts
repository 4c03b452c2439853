/** The shipped rules, on sample objects of the projects. */
import { assert, assertEquals } from "@std/assert";
import { readConfiguration } from "../../../src/kinds/custom/configuration.ts";
import type { ConfiguredKind } from "../../../src/kinds/custom/configured_kind.ts";
import { findAmong, withConfigured } from "../../../src/kinds/custom/configured_rule.ts";
import { findShipped, SHIPPED } from "../../../src/kinds/custom/shipped.ts";
import { makeRecord } from "../../../src/kinds/make_record.ts";
import { KindRegistry } from "../../../src/kinds/registry.ts";
import type { ResourceRecord } from "../../../src/model/record.ts";
import { kindName } from "../../../src/model/resource_kind.ts";
import { customKind } from "../../support/custom_kind.ts";
import {
  hasField,
  PROJECTS,
  readSamples,
  type SampleObject,
  type Samples,
} from "../../support/shipped_samples.ts";

/** Makes the record of a sample by the rules of a configuration. */
function recordOf(
  object: SampleObject,
  { definitions }: Samples,
  configured: readonly ConfiguredKind[],
): ResourceRecord {
  const registry = new KindRegistry();
  for (const { kind, scope, fields: _, version = "v1", ...names } of definitions) {
    const rule = customKind(kind, { ...names, version, namespaced: scope !== "Cluster" });
    registry.set(withConfigured(rule, findAmong(configured)));
  }
  const rule = registry.find(object.apiVersion.split("/", 1)[0] ?? "", object.kind);
  assert(rule !== undefined, `${object.kind} has no definition`);
  const namespace = rule.namespaced ? { namespace: "default" } : {};
  return makeRecord(
    rule,
    { ...object, metadata: { ...object.metadata, ...namespace, uid: "uid" } },
    registry.find,
  );
}

function referencesOf({ namespace: own, references, selectors }: ResourceRecord): string[] {
  const named = references.map(({ type, kind, namespace, name, optional }) =>
    `${type} ${kind && kindName(kind)} ${namespace}/${name}${optional ? " optional" : ""}`
  );
  const selected = selectors.map(({ type, kind, namespace = own, selector }) =>
    [
      type,
      kindName(kind),
      namespace,
      ...selector.flatMap(({ key, operator, values }) => [key, operator, ...values]),
    ]
      .join(" ")
  );
  return [...named, ...selected].sort();
}

Deno.test("Shipped rules, each project has samples", () => {
  assertEquals(Object.keys(SHIPPED), [...PROJECTS]);
});

for (const project of PROJECTS) {
  const configured = readConfiguration(SHIPPED[project].text, { isNamed: false });
  const samples = readSamples(project);

  Deno.test(`Shipped rules of ${project}, are found by their groups`, () => {
    assertEquals(
      [...new Set(configured.map(({ group }) => group))].sort(),
      [...SHIPPED[project].groups].sort(),
    );
    const find = findShipped();
    for (const { group, kind } of configured) assertEquals(find(group, kind)?.kind, kind);
    assertEquals(find("example.com", configured[0]?.kind ?? ""), undefined);
  });

  Deno.test(`Shipped rules of ${project}, paths are fields of the definitions`, () => {
    const missing = configured.flatMap(({ group, kind, references, status }) => {
      const definition = samples.definitions.find((it) => it.group === group && it.kind === kind);
      if (definition === undefined) return [`${kind} has no definition`];
      const paths = references.flatMap(({ target, when }) => [
        target.path,
        target.namespace,
        target.kindPath,
        target.groupPath,
        target.apiVersionPath,
        when?.path,
      ]);
      if (status?.by === "value") paths.push(status.path);
      return paths.filter((path) => path !== undefined && !hasField(definition, path.text))
        .map((path) => `${kind} has no ${path?.text}`);
    });
    assertEquals(missing, []);
  });

  for (const { object, status, references = [] } of samples.objects) {
    Deno.test(`Shipped rules of ${project}, ${object.kind} ${object.metadata.name}`, () => {
      const record = recordOf(object, samples, configured);
      assertEquals(`${record.status}: ${record.message}`, status);
      assertEquals(referencesOf(record), [...references].sort());
    });
  }

  Deno.test(`Shipped rules of ${project}, a sample needs every reference and every status`, () => {
    for (const kind of configured) {
      const ofKind = samples.objects.filter(({ object }) =>
        object.kind === kind.kind && object.apiVersion.startsWith(`${kind.group}/`)
      );
      assert(ofKind.length > 0, `no sample of ${kind.kind}`);
      const all = (without: ConfiguredKind) =>
        ofKind.map(({ object }) => {
          const others = configured.filter((it) => it !== kind);
          const record = recordOf(object, samples, [...others, without]);
          return JSON.stringify([record.status, record.message, referencesOf(record)]);
        }).join();
      const complete = all(kind);
      for (const reference of kind.references) {
        const rest = kind.references.filter((it) => it !== reference);
        assert(
          all({ ...kind, references: rest }) !== complete,
          `no sample of ${kind.kind} needs ${reference.type} by ${reference.target.path.text}`,
        );
      }
    }
  });
}
