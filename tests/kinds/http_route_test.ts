import { assertEquals } from "@std/assert";
import { httpRoute } from "../../src/kinds/http_route.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(httpRoute);

check("accepted", {
  status: "Ready",
  message: "Accepted by public, shared",
  references: [
    "attached-to -> Gateway infra/shared",
    "attached-to -> Gateway shop/public",
    "routes-to -> Service other/canary",
    "routes-to -> Service shop/web",
  ],
});
check("new", { status: "Pending", message: "No parent has answered yet" });
check("undecided", { status: "Pending", message: "No parent has answered yet" });
check("refused_by_one", {
  status: "Error",
  message: "Not accepted by shared: NotAllowedByListeners: no listener allows the namespace",
});
check("missing_backend", {
  status: "Error",
  message: "public cannot resolve a reference: BackendNotFound: Service web does not exist",
});
check("behind", { status: "Pending", message: "Generation 1 of 2 is observed" });
check("malformed", { status: "Unknown", references: [] });

Deno.test("HTTPRoute, names a parent once however many of its listeners accept it", async () => {
  const object = await fixture("HTTPRoute", "accepted");
  object.status.parents = object.status.parents.flatMap((parent: unknown) => [parent, parent]);
  assertEquals(makeRecord(httpRoute, object).message, "Accepted by public, shared");
});
