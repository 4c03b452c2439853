import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  LABEL_SELECTOR_PATTERN,
  type LabelSelector,
  matches,
  parseLabelSelector,
} from "../../src/model/label_selector.ts";
import { random } from "../support/random.ts";

const parsed: readonly (readonly [text: string, selector: LabelSelector])[] = [
  ["", []],
  ["  ", []],
  ["app=web", [{ key: "app", operator: "In", values: ["web"] }]],
  ["app==web", [{ key: "app", operator: "In", values: ["web"] }]],
  ["app = web , tier!=db", [
    { key: "app", operator: "In", values: ["web"] },
    { key: "tier", operator: "NotIn", values: ["db"] },
  ]],
  ["app=", [{ key: "app", operator: "In", values: [""] }]],
  ["app=,tier", [{ key: "app", operator: "In", values: [""] }, {
    key: "tier",
    operator: "Exists",
    values: [],
  }]],
  ["!canary", [{ key: "canary", operator: "DoesNotExist", values: [] }]],
  ["env in (dev, test)", [{ key: "env", operator: "In", values: ["dev", "test"] }]],
  ["env notin(dev,)", [{ key: "env", operator: "NotIn", values: ["dev", ""] }]],
  ["env in ()", [{ key: "env", operator: "In", values: [""] }]],
  ["in in (in)", [{ key: "in", operator: "In", values: ["in"] }]],
  ["tier>1,tier < 5", [
    { key: "tier", operator: "Gt", values: ["1"] },
    { key: "tier", operator: "Lt", values: ["5"] },
  ]],
  ["app.kubernetes.io/name=web", [{ key: "app.kubernetes.io/name", operator: "In", values: ["web"] }]],
];

for (const [text, selector] of parsed) {
  Deno.test(`parseLabelSelector() reads ${JSON.stringify(text)}`, () => {
    assertEquals(parseLabelSelector(text), selector);
  });
}

const refused = [
  "=web",
  "app web",
  "app in dev",
  "app in (dev",
  "app in (dev test)",
  "app=web,",
  ",app",
  "app=web=x",
  "app=(a)",
  "-app",
  "app=-web",
  "a/b/c",
  "app in (a))",
  "app>",
  "app>web",
  "!",
  `app=${"x".repeat(64)}`,
];

for (const text of refused) {
  Deno.test(`parseLabelSelector() refuses ${JSON.stringify(text)} and says so`, () => {
    assertThrows(() => parseLabelSelector(text), SyntaxError, `label selector ${JSON.stringify(text)}`);
  });
}

Deno.test("matches() wants every requirement", () => {
  const selector = parseLabelSelector("app=web,tier");
  assert(matches(selector, [["app", "web"], ["tier", ""]]));
  assert(!matches(selector, [["app", "web"]]));
});

Deno.test("matches() takes a missing key for one that has none of the values", () => {
  assert(matches(parseLabelSelector("app!=web"), []));
  assert(matches(parseLabelSelector("app notin (web)"), []));
  assert(!matches(parseLabelSelector("app in (web)"), []));
});

Deno.test("matches() compares numbers, and nothing else", () => {
  const selector = parseLabelSelector("tier>9");
  assert(matches(selector, [["tier", "10"]]));
  assert(!matches(selector, [["tier", "9"]]));
  assert(!matches(selector, [["tier", "x"]]));
  assert(!matches(selector, []));
});

Deno.test("matches() finds keys that objects inherit only where they are labels", () => {
  assert(!matches(parseLabelSelector("constructor"), []));
  assert(matches(parseLabelSelector("constructor"), [["constructor", "x"]]));
});

/** Pieces of selectors, of which most put together at random are refused. */
const PIECES = [
  ...[
    "app",
    "a/b",
    "a.b/c",
    "A",
    "in",
    "notin",
    "x-",
    "-x",
    "",
    " ",
    "  ",
    "\t",
    "\n",
    "\u00a0",
    ",",
    ",,",
    "(",
  ],
  ...[
    ")",
    "()",
    "(a, b)",
    "( )",
    "=",
    "==",
    "!=",
    "!",
    "<",
    ">",
    "1",
    "12a",
    "ä",
    "x".repeat(63),
    "x".repeat(64),
  ],
  ...["=a", " in (a)", " notin(a,)", "!a", ">1"],
];

Deno.test("LABEL_SELECTOR_PATTERN matches exactly the texts that parseLabelSelector() accepts", () => {
  const next = random(7);
  const seen = { taken: 0, refused: 0 };
  for (let tries = 0; tries < 20_000; tries++) {
    const text = Array.from({ length: 1 + next() * 6 }, () => PIECES[Math.floor(next() * PIECES.length)])
      .join("");
    const isTaken = takes(text);
    seen[isTaken ? "taken" : "refused"]++;
    assertEquals([text, LABEL_SELECTOR_PATTERN.test(text)], [text, isTaken]);
  }
  assert(Math.min(seen.taken, seen.refused) > 1_000, JSON.stringify(seen));
});

Deno.test("LABEL_SELECTOR_PATTERN fits every selector of the examples, and no refused one", () => {
  assertEquals(parsed.filter(([text]) => !LABEL_SELECTOR_PATTERN.test(text)), []);
  assertEquals(refused.filter((text) => LABEL_SELECTOR_PATTERN.test(text)), []);
});

function takes(text: string): boolean {
  try {
    parseLabelSelector(text);
    return true;
  } catch {
    return false;
  }
}
