import { ingress } from "../../src/kinds/ingress.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(ingress);

check("published", { status: "Ready", message: "Published at lb-1.example.com" });
check("unpublished", { status: "Ready", message: "No address is published" });
check("malformed", { status: "Unknown", references: [] });

check("published", {
  references: [
    "routes-to -> Service shop/api",
    "routes-to -> Service shop/fallback",
    "routes-to -> Service shop/web",
    "uses-secret -> Secret shop/shop-tls",
  ],
});
