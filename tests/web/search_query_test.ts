import { assertEquals } from "@std/assert";
import { filterOf, parseSearch, withoutTerm } from "../../src/web/layout/search_query.ts";

Deno.test("parseSearch(), tells terms from words", () => {
  assertEquals(parseSearch("web kind:Pod ns:shop  label:app=web http://x"), {
    words: "web http://x",
    terms: [
      { field: "kind", value: "Pod" },
      { field: "namespace", value: "shop" },
      { field: "labelSelector", value: "app=web" },
    ],
  });
});

Deno.test("parseSearch(), the names of objects' own properties are words", () => {
  assertEquals(parseSearch("constructor:x __proto__:y tostring:z"), {
    words: "constructor:x __proto__:y tostring:z",
    terms: [],
  });
});

Deno.test("withoutTerm(), removes one term and keeps the rest as it can be typed", () => {
  assertEquals(withoutTerm(parseSearch("web kind:Pod label:a=b ns:shop"), 0), "label:a=b namespace:shop web");
});

Deno.test("filterOf(), repeats kinds, joins selectors and replaces the others", () => {
  const query = parseSearch("kind:Pod kind:Job label:a=b label:c status:Error status:Ready");
  assertEquals([...filterOf(query)], [["kind", "Pod"], ["kind", "Job"], ["labelSelector", "a=b,c"], [
    "status",
    "Ready",
  ]]);
});
