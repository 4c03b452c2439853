/** Health of custom resources, whose status may have any shape. */
import { assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { customKind } from "../support/custom_kind.ts";

const rule = customKind("Widget");

function record(status: unknown, metadata: object = {}): string {
  const object = {
    metadata: { name: "a", namespace: "n", uid: "u", generation: 2, ...metadata },
    ...status !== undefined && { status },
  };
  const { status: found, message } = makeRecord(rule, object);
  return `${found}: ${message}`;
}

const condition = (type: string, status: string, more: object = {}) => ({ type, status, ...more });
const withConditions = (...conditions: object[]) => ({ conditions });

const CASES: readonly (readonly [what: string, status: unknown, expected: string])[] = [
  ["no status", undefined, "Ready: Exists"],
  ["a null status", null, "Ready: Exists"],
  ["an empty status", {}, "Ready: Exists"],
  ["a status of its own", { size: 3 }, "Ready: Exists"],
  ["an old generation", { observedGeneration: 1, phase: "Failed" }, "Pending: Generation 1 of 2 is observed"],
  ["the generation", { observedGeneration: 2, phase: "Running" }, "Ready: Phase Running"],
  ["no generation observed yet", { observedGeneration: 0 }, "Ready: Exists"],
  ["Stalled", withConditions(condition("Stalled", "True", { reason: "BadSpec" })), "Error: Stalled: BadSpec"],
  ["Failed", withConditions(condition("Failed", "True")), "Error: Failed"],
  [
    "Degraded beside Ready",
    withConditions(condition("Ready", "True"), condition("Degraded", "True", { reason: "R", message: "m" })),
    "Error: Degraded: R: m",
  ],
  ["a failure that is over", withConditions(condition("Failed", "False")), "Ready: Exists"],
  ["phase Failed", { phase: "Failed" }, "Error: Phase Failed"],
  [
    "phase Error beside Ready",
    { phase: "Error", ...withConditions(condition("Ready", "True")) },
    "Error: Phase Error",
  ],
  [
    "Reconciling beside Ready",
    withConditions(condition("Ready", "True"), condition("Reconciling", "True", { reason: "Scaling" })),
    "Pending: Reconciling: Scaling",
  ],
  ...["Ready", "Available", "Healthy", "Synced", "Succeeded"].flatMap((type) =>
    [
      [`${type} True`, withConditions(condition(type, "True", { reason: "R" })), `Ready: ${type}: R`],
      [
        `${type} False`,
        withConditions(condition(type, "False", { reason: "R" })),
        `Pending: ${type} is False: R`,
      ],
      [`${type} Unknown`, withConditions(condition(type, "Unknown")), `Pending: ${type} is Unknown`],
    ] as const
  ),
  [
    "one success of two",
    withConditions(condition("Synced", "True"), condition("Ready", "False")),
    "Pending: Ready is False",
  ],
  ["phase Provisioning", { phase: "Provisioning" }, "Pending: Phase Provisioning"],
  ["a phase of its own", { phase: "Cluster in healthy state" }, "Ready: Phase Cluster in healthy state"],
  ["conditions of its own", withConditions(condition("Issuing", "True")), "Ready: Exists"],
  ["null conditions", { conditions: null }, "Ready: Exists"],
  [
    "conditions that are no list",
    { conditions: { Ready: "True" } },
    "Unknown: A field holds an object where a list belongs",
  ],
  [
    "a condition that is no object",
    { conditions: ["Ready"] },
    "Unknown: A field holds a string where an object belongs",
  ],
  ["a condition without a type", { conditions: [{ status: "False" }] }, "Ready: Exists"],
  ["a phase that is a number", { phase: 7 }, "Unknown: A field holds a number where a string belongs"],
  ["a status that is a list", ["a"], "Unknown: A field holds a list where an object belongs"],
  ["a status that is a text", "fine", "Unknown: A field holds a string where an object belongs"],
  [
    "a generation that is a text",
    { observedGeneration: "1" },
    "Unknown: A field holds a string where an integer belongs",
  ],
];

for (const [what, status, expected] of CASES) {
  Deno.test(`A custom resource with ${what} is ${expected}`, () => assertEquals(record(status), expected));
}

Deno.test("A custom resource that is being deleted is Pending, whatever its conditions say", () =>
  assertEquals(
    record({ phase: "Failed" }, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    "Pending: Terminating",
  ));
