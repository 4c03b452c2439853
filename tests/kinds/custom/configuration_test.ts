import { assertEquals, assertThrows } from "@std/assert";
import {
  ConfigurationError,
  mistakeText,
  readConfiguration,
} from "../../../src/kinds/custom/configuration.ts";
import { findRelationType } from "../../../src/model/relation.ts";

/** Returns the mistakes of a configuration, each as one line. */
function mistakesOf(text: string): string[] {
  const error = assertThrows(() => readConfiguration(text, { isNamed: true }), ConfigurationError);
  return error.mistakes.map(mistakeText);
}

/** Returns a configuration of the kind Widget with these lines, the first of which is line 4. */
function widget(...lines: readonly string[]): string {
  return ["kinds:", "  - apiVersion: example.com/v1", "    kind: Widget", ...lines.map((it) => `    ${it}`)]
    .join("\n");
}

/** Returns a configuration with one reference of Widget, on line 5. */
function reference(text: string): string {
  return widget("references:", `  - ${text}`);
}

Deno.test("readConfiguration(), reads what the documentation shows", () => {
  const [certificate, application, monitor] = readConfiguration(
    `
kinds:
  - apiVersion: cert-manager.io/v1
    kind: Certificate
    references:
      - type: uses-secret
        to: { kind: Secret, name: spec.secretName }
      - type: issued-by
        to: { apiVersion: cert-manager.io/v1, kind: Issuer, name: spec.issuerRef.name }
        when: { path: spec.issuerRef.kind, equals: Issuer }
    status: { ready: [Ready], failed: [Failed] }
  - apiVersion: argoproj.io/v1alpha1
    kind: Application
    status: { path: status.health.status, ready: [Healthy], pending: [Progressing], failed: [Degraded, Missing] }
  - apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    references:
      - { type: monitors, to: { kind: Service, selector: spec.selector, namespace: own }, optional: true }
`,
    { isNamed: true },
  );
  assertEquals(
    certificate?.references.map(({ type, target, optional }) => [type, target.path.text, optional]),
    [
      ["uses-secret", "spec.secretName", false],
      ["issued-by", "spec.issuerRef.name", false],
    ],
  );
  assertEquals(certificate?.isNamed, true);
  assertEquals(application?.status?.by, "value");
  assertEquals(monitor?.references.map(({ target }) => [target.isSelector, target.namespace]), [
    [true, undefined],
  ]);
});

Deno.test("readConfiguration(), adds its relation types to the table, and its annotations to those that are kept", () => {
  const [kind] = readConfiguration(
    reference(`{ type: feeds, to: { kind: Service, name: 'metadata.annotations["example.com/feeds"]' } }`),
    { isNamed: true },
  );
  assertEquals(findRelationType("feeds"), "feeds");
  assertEquals([...kind?.annotations ?? []], ["example.com/feeds"]);
});

const MISTAKES: Readonly<Record<string, readonly [text: string, ...mistakes: string[]]>> = {
  "no YAML": [
    "kinds: [",
    "line 1: The file is not YAML: unexpected end of the stream within a flow collection",
  ],
  "a key twice": ["kinds: []\nkinds: []", "line 2: The file is not YAML: duplicated mapping key"],
  "an empty file": ["", "line 1: The file is not YAML: expected a document, but the input is empty"],
  "a list": ["- a", "line 1: must be an object with the key kinds"],
  "no kinds": ["{}", "line 1: kinds: is missing"],
  "an unknown key": ["kinds: []\nrules: []", "line 2: rules: is not a known key"],
  "an unknown key of a kind": [
    widget("refrences: []"),
    "line 4: kinds[0].refrences: is not a known key",
  ],
  "an unknown key of a reference": [
    reference("{ type: feeds, to: { kind: Service, name: spec.a }, optonal: true }"),
    "line 5: kinds[0].references[0].optonal: is not a known key",
  ],
  "a value of another type": [
    widget("references: all"),
    'line 4: kinds[0].references: must be a list, not "all"',
  ],
  "a kind that is no name": [
    "kinds:\n  - apiVersion: example.com/v1\n    kind: widgets\n",
    'line 3: kinds[0].kind: "widgets" must be the name of a kind, such as Certificate',
  ],
  "an apiVersion without a version": [
    "kinds:\n  - apiVersion: example.com\n    kind: Widget\n",
    'line 2: kinds[0].apiVersion: "example.com" must be a group and a version such as apps/v1, or v1 for the core group',
  ],
  "a bad path": [
    reference("{ type: feeds, to: { kind: Service, name: spec..a } }"),
    'line 5: kinds[0].references[0].to.name: "spec..a" must be a path such as spec.secretName, ' +
    'spec.items[*].name or metadata.labels["example.com/app"]',
  ],
  "a path with a dollar and a bracket of jq": [
    reference("{ type: feeds, to: { kind: Service, name: '.spec.a[]' } }"),
    'line 5: kinds[0].references[0].to.name: ".spec.a[]" must be a path such as spec.secretName, ' +
    'spec.items[*].name or metadata.labels["example.com/app"]',
  ],
  "a relation type that is not in kebab case": [
    reference("{ type: FeedsFrom, to: { kind: Service, name: spec.a } }"),
    'line 5: kinds[0].references[0].type: "FeedsFrom" must be a relation type in kebab case, such as issued-by',
  ],
  "a built-in relation type that no configuration declares": [
    reference("{ type: owns, to: { kind: Service, name: spec.a } }"),
    "line 5: kinds[0].references[0].type: owns is a type of Astrolabe's own that no configuration can declare",
  ],
  "a built-in relation type that leads to another kind": [
    reference("{ type: uses-secret, to: { kind: ConfigMap, name: spec.a } }"),
    "line 5: kinds[0].references[0].type: uses-secret is a type of Astrolabe's own that leads to a Secret only",
  ],
  "a built-in relation type to a kind that the object names": [
    reference("{ type: uses-secret, to: { kind: Secret, kindPath: spec.kind, name: spec.a } }"),
    "line 5: kinds[0].references[0].type: uses-secret is a type of Astrolabe's own that leads to a Secret only",
  ],
  "a kind of another group than the core group": [
    reference("{ type: scales, to: { kind: Deployment, name: spec.a } }"),
    "line 5: kinds[0].references[0].to: Deployment is of apps/v1: give this apiVersion",
  ],
  "a kind that the core group does not have": [
    reference("{ type: feeds, to: { kind: Issuer, name: spec.a } }"),
    "line 5: kinds[0].references[0].to: Issuer needs an apiVersion: no kind of the core group has this name",
  ],
  "neither name nor selector": [
    reference("{ type: feeds, to: { kind: Service } }"),
    "line 5: kinds[0].references[0].to: needs either name or selector",
  ],
  "name and selector": [
    reference("{ type: feeds, to: { kind: Service, name: spec.a, selector: spec.b } }"),
    "line 5: kinds[0].references[0].to: needs either name or selector",
  ],
  "no kind": [
    reference("{ type: feeds, to: { name: spec.a } }"),
    "line 5: kinds[0].references[0].to: needs a kind, or a kindPath",
  ],
  "a selector that runs through a list": [
    reference("{ type: feeds, to: { kind: Service, selector: 'spec.sets[*].selector' } }"),
    "line 5: kinds[0].references[0].to.selector: A selector cannot run through a list",
  ],
  "a selector beside another reference of the same type": [
    widget(
      "references:",
      "  - { type: feeds, to: { kind: Service, selector: spec.selector } }",
      "  - { type: feeds, to: { kind: Service, name: spec.name } }",
    ),
    "line 6: kinds[0].references[1].type: feeds leads to Service above already, by a selector",
  ],
  "a namespace of the items of another list": [
    reference(
      "{ type: feeds, to: { kind: Service, name: 'spec.a[*].name', namespace: 'spec.b[*].namespace' } }",
    ),
    "line 5: kinds[0].references[0].to.namespace: spec.b[*] is not a list that spec.a[*].name runs through",
  ],
  "a condition without a test": [
    reference("{ type: feeds, to: { kind: Service, name: spec.a }, when: { path: spec.b } }"),
    "line 5: kinds[0].references[0].when: needs either equals or empty",
  ],
  "a status without a rule": [
    widget("status: { path: status.health }"),
    "line 4: kinds[0].status: needs at least one of ready, pending and failed",
  ],
  "a condition with an unknown status": [
    widget("status: { ready: [Ready=Yes] }"),
    "line 4: kinds[0].status.ready[0]: must be the type of a condition, such as Ready or Ready=False",
  ],
  "a kind with two entries": [
    "kinds:\n  - apiVersion: example.com/v1\n    kind: Widget\n  - apiVersion: example.com/v2\n    kind: Widget\n",
    "line 4: kinds[1]: Widget of example.com/v2 has another entry above",
  ],
  "a status of a built-in kind": [
    "kinds:\n  - apiVersion: v1\n    kind: Pod\n    status: { ready: [Ready] }\n",
    "line 4: kinds[0].status: Astrolabe has a rule for the status of Pod already",
  ],
  "a selection of a built-in kind": [
    "kinds:\n  - apiVersion: v1\n    kind: Service\n    references:\n" +
    "      - { type: selects, to: { kind: Pod, name: spec.a } }\n",
    "line 5: kinds[0].references[0].type: selects is for custom resources: choose another type",
  ],
  "the data of a Secret": [
    "kinds:\n  - apiVersion: v1\n    kind: Secret\n    references:\n" +
    "      - { type: feeds, to: { kind: Service, name: data.service } }\n",
    "line 5: kinds[0].references[0].to.name: Only the metadata of a Secret is read: the path must begin with metadata",
  ],
  "the last applied configuration": [
    reference(
      `{ type: feeds, to: { kind: Service, name: 'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]' } }`,
    ),
    "line 5: kinds[0].references[0].to.name: The annotation kubectl.kubernetes.io/last-applied-configuration " +
    "may hold the data of a Secret and is never read",
  ],
  "several mistakes, in the order of the file": [
    widget("statuses: {}", "references:", "  - { type: feeds, to: { kind: 5, name: spec.a } }"),
    "line 4: kinds[0].statuses: is not a known key",
    "line 6: kinds[0].references[0].to.kind: must be a text, not 5",
  ],
};

for (const [what, [text, ...mistakes]] of Object.entries(MISTAKES)) {
  Deno.test(`readConfiguration(), refuses ${what}`, () => assertEquals(mistakesOf(text), mistakes));
}

Deno.test("readConfiguration(), names the lines of values in every style of YAML", () => {
  const text = `# A comment.
kinds:
- kind: Widget
  apiVersion: &version
    example.com/v1
  references: [
    {type: feeds, to: {kind: Service, name: spec.a}},
    {type: "feeds",
     to: {kind: Service, name: "spec["}}]
- {kind: Gadget, apiVersion: *version, state: {}}
`;
  assertEquals(mistakesOf(text).map((mistake) => mistake.split(":", 2).join(":")), [
    "line 9: kinds[0].references[1].to.name",
    "line 10: kinds[1].state",
  ]);
});

Deno.test("readConfiguration(), refuses a file that is far too large", () => {
  assertEquals(mistakesOf(`#${"x".repeat(1_000_000)}`), ["line 1: The file has more than 1 MB"]);
});
