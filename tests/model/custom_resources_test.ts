import { assertEquals, assertThrows } from "@std/assert";
import { follows, names, parseCustomResources } from "../../src/model/custom_resources.ts";

const certificate = { group: "cert-manager.io", plural: "certificates" };
const order = { group: "acme.cert-manager.io", plural: "orders" };
const application = { group: "argoproj.io", plural: "applications" };

for (
  const [text, followed] of [
    ["auto", [true, true, true]],
    ["none", [false, false, false]],
    ["cert-manager.io", [true, false, false]],
    ["*cert-manager.io", [true, true, false]],
    ["*.cert-manager.io", [true, true, false]],
    ["applications.argoproj.io", [false, false, true]],
    ["applications.argoproj.io, orders.*", [false, true, true]],
    ["*.argoproj.io", [false, false, true]],
    ["*", [true, true, true]],
    ["cert*manager*io", [true, false, false]],
    ["argoproj", [false, false, false]],
    ["io*io", [false, false, false]],
  ] as const
) {
  Deno.test(`--custom-resources ${text}, follows what it names`, () => {
    const which = parseCustomResources(text);
    assertEquals([certificate, order, application].map((kind) => follows(which, kind)), [...followed]);
  });
}

Deno.test("names(), is not true of a kind that auto follows", () => {
  assertEquals(names("auto", certificate), false);
  assertEquals(names(["cert-manager.io"], certificate), true);
});

for (const text of ["", "auto,none/x", "Certificate", "a,,b", "-a"]) {
  Deno.test(`parseCustomResources(), refuses ${JSON.stringify(text)}`, () => {
    assertThrows(() => parseCustomResources(text), SyntaxError, "must be auto, none, or groups");
  });
}
