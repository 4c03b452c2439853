import { endpointSlice } from "../../src/kinds/endpoint_slice.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(endpointSlice);

check("ready", { status: "Ready", message: "1 of 2 endpoints are ready" });
check("none_ready", { status: "Pending", message: "0 of 1 endpoints are ready" });
check("ready_by_default", { status: "Ready", message: "1 of 1 endpoints are ready" });
check("empty", { status: "Ready", message: "No endpoints" });
check("malformed", {
  status: "Unknown",
  references: ["owns <- Service shop/web, uid 33c6fdb6-64a0-4f3c-b8ac-9f8c53d53116"],
});

check("ready", {
  references: [
    "endpoints <- Service shop/web",
    "owns <- Service shop/web, uid 33c6fdb6-64a0-4f3c-b8ac-9f8c53d53116",
    "selects -> Pod shop/web-1, uid 11c6fdb6-64a0-4f3c-b8ac-9f8c53d53114",
    "selects -> Pod shop/web-2, uid 22c6fdb6-64a0-4f3c-b8ac-9f8c53d53115",
  ],
});
check("ready_by_default", {
  references: [
    "endpoints <- Service shop/web",
    "owns <- Service shop/web, uid 33c6fdb6-64a0-4f3c-b8ac-9f8c53d53116",
    "selects -> Pod shop/web-1",
  ],
});
check("external", { references: [] });
