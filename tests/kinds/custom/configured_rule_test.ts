import { assert, assertEquals } from "@std/assert";
import { readConfiguration } from "../../../src/kinds/custom/configuration.ts";
import { findAmong, withConfigured } from "../../../src/kinds/custom/configured_rule.ts";
import { makeRecord } from "../../../src/kinds/make_record.ts";
import { findKind, KindRegistry } from "../../../src/kinds/registry.ts";
import type { KindRule } from "../../../src/kinds/rule.ts";
import type { ResourceRecord } from "../../../src/model/record.ts";
import { kindName } from "../../../src/model/resource_kind.ts";
import { customKind } from "../../support/custom_kind.ts";

const widget = customKind("Widget");
const gadget = customKind("Gadget");
const planet = customKind("Planet", { namespaced: false });
const registry = new KindRegistry();
for (const rule of [widget, gadget, planet]) registry.set(rule);

function configured(rule: KindRule, entry: object): KindRule {
  const { group, version, kind } = rule;
  const apiVersion = group === "" ? version : `${group}/${version}`;
  const text = JSON.stringify({ kinds: [{ apiVersion, kind, ...entry }] });
  return withConfigured(rule, findAmong(readConfiguration(text, { isNamed: true })));
}

/** Makes the record of an object by the rule of its kind and an entry of a configuration. */
function recordOf(entry: object, { rule = widget, metadata = {}, ...rest }: {
  rule?: KindRule;
  metadata?: object;
  spec?: unknown;
  status?: unknown;
}): ResourceRecord {
  const own = { uid: "uid", name: "it", ...rule.namespaced && { namespace: "home" }, ...metadata };
  return makeRecord(configured(rule, entry), { metadata: own, ...rest }, registry.find);
}

/** Returns the references of an object of Widget, each as one line. */
function referencesOf(references: readonly object[], object: Parameters<typeof recordOf>[1]): string[] {
  const record = recordOf({ references }, object);
  assert(record.status !== "Unknown", record.message);
  return record.references.map(({ type, kind, namespace, name, optional }) =>
    `${type} ${kind && kindName(kind)} ${namespace}/${name}${optional ? " optional" : ""}`
  );
}

const service = { kind: "Service", name: "spec.service" };

Deno.test("withConfigured(), reads the name of a target, of the resource's own namespace", () => {
  assertEquals(referencesOf([{ type: "feeds", to: service }], { spec: { service: "web" } }), [
    "feeds Service home/web",
  ]);
});

Deno.test("withConfigured(), an optional reference stays optional", () => {
  assertEquals(referencesOf([{ type: "feeds", to: service, optional: true }], { spec: { service: "web" } }), [
    "feeds Service home/web optional",
  ]);
});

Deno.test("withConfigured(), reads the namespace of a target, and takes its own where there is none", () => {
  const to = { kind: "Service", name: "spec.refs[*].name", namespace: "spec.refs[*].namespace" };
  const spec = { refs: [{ name: "a", namespace: "far" }, { name: "b" }, { name: "c", namespace: "" }] };
  assertEquals(referencesOf([{ type: "feeds", to }], { spec }), [
    "feeds Service far/a",
    "feeds Service home/b",
    "feeds Service home/c",
  ]);
});

Deno.test("withConfigured(), a cluster-scoped target has no namespace, and a namespaced one needs one", () => {
  const references = [
    { type: "orbits", to: { apiVersion: "example.com/v1", kind: "Planet", name: "spec.planet" } },
    { type: "feeds", to: service },
  ];
  const spec = { planet: "mars", service: "web" };
  assertEquals(referencesOf(references, { rule: planet, spec }), ["orbits Planet.example.com /mars"]);
});

Deno.test("withConfigured(), reads the kind of a target, and its group from either field", () => {
  const to = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    apiVersionPath: "spec.target.apiVersion",
    kindPath: "spec.target.kind",
    name: "spec.target.name",
  };
  const of = (target: object) => referencesOf([{ type: "scales", to }], { spec: { target } });
  assertEquals(of({ name: "web" }), ["scales Deployment.apps home/web"]);
  assertEquals(of({ name: "db", kind: "StatefulSet" }), ["scales StatefulSet.apps home/db"]);
  assertEquals(of({ name: "it", kind: "Widget", apiVersion: "example.com/v9" }), [
    "scales Widget.example.com home/it",
  ]);
  assertEquals(of({ name: "it", kind: "Unheard", apiVersion: "example.com/v9" }), []);
  const byGroup = { ...to, apiVersionPath: undefined, groupPath: "spec.target.group" };
  const spec = { target: { name: "it", kind: "Widget", group: "example.com" } };
  assertEquals(referencesOf([{ type: "scales", to: byGroup }], { spec }), [
    "scales Widget.example.com home/it",
  ]);
});

Deno.test("withConfigured(), a condition is about the same item of a list", () => {
  const reference = {
    type: "uses-secret",
    to: { kind: "Secret", name: "spec.refs[*].name" },
    when: { path: "spec.refs[*].kind", equals: "Secret" },
  };
  const spec = { refs: [{ kind: "Secret", name: "a" }, { kind: "ConfigMap", name: "b" }, { name: "c" }] };
  assertEquals(referencesOf([reference], { spec }), ["uses-secret Secret home/a"]);
});

Deno.test("withConfigured(), a condition asks whether a field is empty", () => {
  const when = (empty: boolean) => ({ type: "feeds", to: service, when: { path: "spec.only", empty } });
  for (const only of [undefined, null, "", [], {}]) {
    assertEquals(referencesOf([when(true)], { spec: { service: "web", only } }).length, 1);
    assertEquals(referencesOf([when(false)], { spec: { service: "web", only } }).length, 0);
  }
  for (const only of ["x", 0, false, [0], { a: 1 }]) {
    assertEquals(referencesOf([when(true)], { spec: { service: "web", only } }).length, 0);
    assertEquals(referencesOf([when(false)], { spec: { service: "web", only } }).length, 1);
  }
});

Deno.test("withConfigured(), nested lists, labels and annotations", () => {
  const references = [
    { type: "feeds", to: { kind: "Service", name: "spec.rules[*].paths[*].name" } },
    {
      type: "part-of",
      to: { apiVersion: "example.com/v1", kind: "Gadget", name: 'metadata.labels["example.com/gadget"]' },
    },
    { type: "mirrors", to: { kind: "ConfigMap", name: 'metadata.annotations["example.com/mirrors"]' } },
  ];
  const metadata = {
    labels: { "example.com/gadget": "g" },
    annotations: { "example.com/mirrors": "m", "example.com/other": "secret" },
  };
  const spec = { rules: [{ paths: [{ name: "a" }, { name: "b" }] }, {}, { paths: [{ name: "c" }] }] };
  const record = recordOf({ references }, { metadata, spec });
  assertEquals(record.references.map(({ name }) => name).sort(), ["a", "b", "c", "g", "m"]);
  assertEquals(record.annotations, [["example.com/mirrors", "m"]]);
});

Deno.test("withConfigured(), values of another form make no reference, and are no mistake", () => {
  const references = [{ type: "feeds", to: { kind: "Service", name: "spec.refs[*].name" } }];
  const values: unknown[] = [undefined, null, "text", 5, [], {}, ["text"], [[]], [{ name: 5 }], [{
    name: {},
  }]];
  values.push([{ name: "" }], [{ name: "a/b" }], [{ name: "two\nlines" }], [{ name: "x".repeat(254) }]);
  for (const refs of values) assertEquals(referencesOf(references, { spec: { refs } }), []);
  for (const spec of values) assertEquals(referencesOf(references, { spec }), []);
});

Deno.test("withConfigured(), a list of 100,000 names", () => {
  const references = [{ type: "feeds", to: { kind: "Service", name: "spec.refs[*].name" } }];
  const refs = Array.from({ length: 100_000 }, (_, i) => ({ name: `service-${i}` }));
  assertEquals(referencesOf(references, { spec: { refs } }).length, 100_000);
});

Deno.test("withConfigured(), selects by a label selector or a map of labels", () => {
  const reference = { type: "feeds", to: { kind: "Service", selector: "spec.selector" } };
  const of = (selector: unknown) => recordOf({ references: [reference] }, { spec: { selector } }).selectors;
  const wanted = [{ key: "app", operator: "In" as const, values: ["web"] }];
  assertEquals(of({ app: "web" }).map(({ selector }) => selector), [wanted]);
  assertEquals(of({ matchLabels: { app: "web" } }).map(({ selector }) => selector), [wanted]);
  assertEquals(
    of({ matchExpressions: [{ key: "app", operator: "Exists" }] }).map(({ selector }) => selector),
    [
      [{ key: "app", operator: "Exists", values: [] }],
    ],
  );
  assertEquals(of({}).map(({ selector }) => selector), [[]]);
  for (
    const wrong of [undefined, null, "app=web", [], { app: 5 }, { matchExpressions: [{ operator: "Has" }] }]
  ) {
    assertEquals(of(wrong), []);
  }
});

Deno.test("withConfigured(), selects in the namespaces that a list names", () => {
  const to = { kind: "Service", selector: "spec.selector", namespace: "spec.namespaces[*]" };
  const of = (namespaces: unknown) =>
    recordOf({ references: [{ type: "feeds", to }] }, { spec: { selector: {}, namespaces } })
      .selectors.map(({ namespace }) => namespace);
  assertEquals(of(["far", "home", "far"]), ["far", undefined]);
  assertEquals(of([]), [undefined]);
  assertEquals(of(undefined), [undefined]);
});

const CONDITIONS = { ready: ["Ready"], pending: ["Issuing"], failed: ["Failed", "Ready=False"] };
const HEALTHS: readonly [status: unknown, expected: string][] = [
  [undefined, "Pending: It has no condition Ready yet"],
  [[], "Pending: It has no condition Ready yet"],
  [[{ type: "Ready", status: "True", reason: "Done" }], "Ready: Ready: Done"],
  [[{ type: "Ready", status: "Unknown", message: "soon" }], "Pending: Ready is Unknown: soon"],
  [[{ type: "Ready", status: "False", message: "no" }], "Error: Ready is False: no"],
  [[{ type: "Ready", status: "True" }, { type: "Issuing", status: "True" }], "Pending: Issuing"],
  [
    [{ type: "Issuing", status: "True" }, { type: "Failed", status: "True", reason: "Denied" }],
    "Error: Failed: Denied",
  ],
  ["none", "Unknown: A field holds a string where a list belongs"],
  [["Ready"], "Unknown: A field holds a string where an object belongs"],
];

for (const [conditions, expected] of HEALTHS) {
  Deno.test(`withConfigured(), status by conditions: ${expected}`, () => {
    const { status, message } = recordOf({ status: CONDITIONS }, { status: { conditions } });
    assertEquals(`${status}: ${message}`, expected);
  });
}

const VALUES = {
  path: "status.health.status",
  ready: ["Healthy"],
  pending: ["Progressing"],
  failed: ["Degraded"],
};

for (
  const [health, expected] of [
    [{ status: "Healthy" }, "Ready: status.health.status is Healthy"],
    [{ status: "Progressing" }, "Pending: status.health.status is Progressing"],
    [{ status: "Degraded" }, "Error: status.health.status is Degraded"],
    [{ status: "Lost" }, "Unknown: status.health.status is Lost, which no rule names"],
    ["Healthy", "Ready: Exists"],
    [{ status: {} }, "Ready: Exists"],
    [undefined, "Ready: Exists"],
  ] as const
) {
  Deno.test(`withConfigured(), status by a value, ${JSON.stringify(health)}: ${expected}`, () => {
    const { status, message } = recordOf({ status: VALUES }, { status: { health } });
    assertEquals(`${status}: ${message}`, expected);
  });
}

Deno.test("withConfigured(), of a status in a list the first value counts", () => {
  const status = { path: "status.parts[*].state", ready: ["Up"], failed: ["Down"] };
  const record = recordOf({ status }, { status: { parts: [{}, { state: "Down" }, { state: "Up" }] } });
  assertEquals(record.status, "Error");
});

Deno.test("withConfigured(), a status that is behind the generation is Pending whatever it says", () => {
  for (const status of [CONDITIONS, VALUES]) {
    const record = recordOf({ status }, {
      metadata: { generation: 2 },
      status: {
        observedGeneration: 1,
        health: { status: "Degraded" },
        conditions: [{ type: "Failed", status: "True" }],
      },
    });
    assertEquals(`${record.status}: ${record.message}`, "Pending: Generation 1 of 2 is observed");
  }
});

Deno.test("withConfigured(), a built-in kind keeps what its rule reads, and is read as JSON", () => {
  const service = findKind("", "Service")!;
  const references = [{
    type: "feeds",
    to: { kind: "ConfigMap", name: 'metadata.annotations["example.com/feeds"]' },
  }];
  const record = recordOf({ references }, {
    rule: service,
    metadata: { annotations: { "example.com/feeds": "it" } },
    spec: { selector: { app: "web" } },
  });
  assertEquals(record.references.map(({ type, name }) => `${type} ${name}`), ["feeds it"]);
  assertEquals(record.selectors.map(({ type, required }) => [type, required]), [["selects", true]]);
  assert(service.wire !== undefined);
  assertEquals(configured(service, { references }).wire, undefined);
  assertEquals(withConfigured(service, () => undefined), service);
});

Deno.test("findAmong(), an entry replaces what is found otherwise", () => {
  const read = (entry: object, isNamed: boolean) =>
    readConfiguration(
      JSON.stringify({ kinds: [{ apiVersion: "example.com/v1", kind: "Widget", ...entry }] }),
      {
        isNamed,
      },
    );
  const shipped = findAmong(read({ references: [{ type: "feeds", to: service }] }, false));
  assertEquals(findAmong([], shipped)("example.com", "Widget")?.references.length, 1);
  assertEquals(findAmong(read({}, true), shipped)("example.com", "Widget")?.references.length, 0);
  assertEquals(findAmong([], shipped)("example.org", "Widget"), undefined);
});
