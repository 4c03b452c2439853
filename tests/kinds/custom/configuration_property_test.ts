import { assert } from "@std/assert";
import { dump } from "js-yaml";
import { ConfigurationError, readConfiguration } from "../../../src/kinds/custom/configuration.ts";
import { findAmong, withConfigured } from "../../../src/kinds/custom/configured_rule.ts";
import { makeRecord } from "../../../src/kinds/make_record.ts";
import { customKind } from "../../support/custom_kind.ts";
import { random } from "../../support/random.ts";

const RUNS = 400;
const widget = customKind("Widget");
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1.5,
  "",
  "own",
  "spec",
  "spec.a[*]",
  "spec.a[*][*].b",
  'metadata.labels["a/b"]',
  "Service",
  "uses-secret",
  "owns",
  [],
  ["Ready"],
  {},
  { kind: "Service", name: "spec.a" },
  { path: "spec.a", empty: true },
];
const ENTRY = {
  apiVersion: "example.com/v1",
  kind: "Widget",
  references: [
    {
      type: "uses-secret",
      to: { kind: "Secret", name: "spec.a[*].b" },
      when: { path: "spec.a[*].c", equals: "x" },
    },
    {
      type: "drives",
      to: { apiVersion: "example.com/v1", kindPath: "spec.kind", groupPath: "spec.group", name: "spec.name" },
    },
    {
      type: "picks",
      to: { kind: "Service", selector: "spec.selector", namespace: "spec.a[*].b" },
      optional: true,
    },
  ],
  status: { path: "spec.a[*].b", ready: ["Up"], failed: ["Down"] },
};

type Pick = <T>(values: readonly T[]) => T;

/** Returns a copy in which some places have other values, or are gone. */
function changed(value: unknown, pick: Pick): unknown {
  if (pick([true, ...Array(9).fill(false)])) return pick(VALUES);
  if (Array.isArray(value)) return value.map((item) => changed(item, pick));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(() => pick([true, true, true, true, true, true, true, false]));
  return Object.fromEntries(entries.map(([key, item]) => [key, changed(item, pick)]));
}

Deno.test("readConfiguration(), reads anything or names mistakes with their lines, and rules read anything", () => {
  let right = 0;
  for (let seed = 0; seed < RUNS; seed++) {
    const next = random(seed);
    const pick: Pick = (values) => values[Math.floor(next() * values.length)]!;
    const text = dump({
      kinds: [pick([true, true, false]) ? { ...ENTRY, ...changed(ENTRY, pick) as object } : ENTRY],
    });
    try {
      const kinds = readConfiguration(text, { isNamed: true });
      right++;
      const rule = withConfigured(widget, findAmong(kinds));
      for (let i = 0; i < 5; i++) {
        const spec = changed({
          a: [{ b: "it", c: "x" }],
          kind: "Service",
          name: "n",
          selector: { app: "web" },
        }, pick);
        const status = changed({ conditions: [{ type: "Ready", status: "True" }] }, pick);
        const metadata = { uid: "uid", name: "it", namespace: "n" };
        makeRecord(rule, { metadata, spec, status });
      }
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      const lines = text.split("\n").length;
      for (const { line, message } of error.mistakes) {
        assert(line >= 1 && line <= lines && message !== "", text);
      }
    }
  }
  assert(right > RUNS / 10 && right < RUNS, `${right} of ${RUNS} are right`);
});
