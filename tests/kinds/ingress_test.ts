import { assertEquals } from "@std/assert";
import { ingress } from "../../src/kinds/ingress.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { fixture, kindCases } from "./kind_cases.ts";

const check = kindCases(ingress);

check("published", { status: "Ready", message: "Published at lb-1.example.com" });
check("unpublished", { status: "Ready", message: "No address is published" });
check("malformed", { status: "Unknown", references: [] });

check("published", {
  references: [
    "routes-to -> Service shop/api",
    "routes-to -> Service shop/fallback",
    "routes-to -> Service shop/web",
    "uses-class -> IngressClass nginx",
    "uses-secret -> Secret shop/shop-tls",
  ],
});

Deno.test("Ingress, an action of the AWS controller is not a Service, as a default backend neither", async () => {
  const object = await fixture("Ingress", "published");
  const service = { name: "ssl-redirect", port: { name: "use-annotation" } };
  object.spec.defaultBackend = { service };
  object.spec.rules = [{ http: { paths: [{ path: "/*", backend: { service } }] } }];
  const routes = () =>
    makeRecord(ingress, object).references.filter(({ type }) => type === "routes-to").length;
  assertEquals(routes(), 0);
  service.port.name = "use-annotations";
  assertEquals(routes(), 1);
});
