import { assertEquals } from "@std/assert";
import {
  type CauseEntry,
  groupingsOf,
  type InjectedFault,
  type ProblemEntry,
  rootsNamed,
} from "./groupings.ts";

const key = (kind: string, name: string) => ({ kind, namespace: "n", name });
const problem = (kind: string, name: string, target?: string): ProblemEntry => ({
  type: target === undefined ? "error-status" : "unresolved-reference",
  uid: `${kind}-${name}`,
  ...key(kind, name),
  ...(target === undefined ? {} : { target: key("Secret", target) }),
});

/** A Deployment that refers to a missing Secret and has a broken image besides, and a scaler of its own. */
const problems = [
  problem("Deployment", "web", "token"),
  problem("Deployment", "web"),
  problem("Pod", "web-1"),
  problem("HorizontalPodAutoscaler", "web"),
];
const faults: InjectedFault[] = [
  { kind: "secret", root: { ...key("Secret", "token"), missing: true }, claims: [] },
  {
    kind: "image",
    root: { ...key("Deployment", "web"), missing: false },
    claims: [key("Deployment", "web"), key("Pod", "web-1")],
  },
];
const causes: CauseEntry[] = [
  {
    id: "secret",
    cause: { ...key("Secret", "token"), missing: true },
    affected: [{ uid: "Deployment-web" }, { uid: "Pod-web-1" }],
  },
  {
    id: "image",
    cause: { ...key("Deployment", "web"), uid: "Deployment-web", missing: false },
    affected: [{ uid: "Pod-web-1" }],
  },
];

Deno.test("groupingsOf() finds the cause of a problem by its target, then by its resource", () => {
  assertEquals(groupingsOf({ problems, causes, faults }).found, ["secret", "image", "image", "none 3"]);
});

Deno.test("groupingsOf() finds the fault of a problem by its target, then by its resource", () => {
  assertEquals(groupingsOf({ problems, causes, faults }).truth, ["0", "1", "1", "none 3"]);
});

Deno.test("groupingsOf() reports problems without a cause or a fault", () => {
  const { unexplained, withoutCause } = groupingsOf({ problems, causes, faults });
  assertEquals([unexplained, withoutCause], [[problems[3]], [problems[3]]]);
});

Deno.test("rootsNamed() counts a fault whose cause names its root", () => {
  assertEquals(rootsNamed(groupingsOf({ problems, causes, faults }), { causes, faults }), [true, true]);
});

Deno.test("rootsNamed() does not count another root, nor a fault without a problem", () => {
  const others: InjectedFault[] = [
    { kind: "other", root: { ...key("Secret", "other"), missing: true }, claims: [key("Pod", "web-1")] },
    { kind: "silent", root: { ...key("Service", "web"), missing: false }, claims: [] },
  ];
  const groupings = groupingsOf({ problems, causes, faults: others });
  assertEquals(rootsNamed(groupings, { causes, faults: others }), [false, false]);
});

Deno.test("rootsNamed() does not take a present root for a missing one", () => {
  const present: InjectedFault[] = [{
    kind: "image",
    root: { ...key("Deployment", "web"), missing: true },
    claims: [key("Pod", "web-1")],
  }];
  const groupings = groupingsOf({ problems, causes, faults: present });
  assertEquals(rootsNamed(groupings, { causes, faults: present }), [false]);
});
