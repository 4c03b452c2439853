import { assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { networkPolicy } from "../../src/kinds/network_policy.ts";
import { fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(networkPolicy);

check("web", {
  status: "Ready",
  message: "Rules: 1 for ingress",
  selectors: ["selects -> Pod: app In web; tier NotIn back"],
});
check("deny_all", {
  status: "Ready",
  message: "Rules: 0 for ingress, 0 for egress",
  selectors: ["selects -> Pod: "],
});
check("default_types", { message: "Rules: 0 for ingress, 1 for egress" });
check("malformed", { status: "Unknown", selectors: [] });

Deno.test("NetworkPolicy, a selector that is absent, null or empty selects all Pods", async () => {
  for (const podSelector of [undefined, null, {}, { matchLabels: null, matchExpressions: null }]) {
    const object = await fixture("NetworkPolicy", "web");
    object.spec.podSelector = podSelector;
    const { selectors } = makeRecord(networkPolicy, object);
    assertEquals(selectors.map(({ selector }) => selector), [[]]);
  }
});
