import { gateway } from "../../src/kinds/gateway.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(gateway);

check("programmed", {
  status: "Ready",
  message: "Published at 203.0.113.7",
  references: [
    "uses-class -> GatewayClass public",
    "uses-secret -> Secret certs/wildcard",
    "uses-secret -> Secret shop/shop-tls",
  ],
});
check("not_programmed", { status: "Pending", message: "Not programmed yet: AddressNotAssigned" });
check("waiting", { status: "Pending", message: "Not accepted yet: Pending" });
check("undecided", { status: "Pending", message: "No controller has answered yet" });
check("refused", { status: "Error", message: "Not accepted: UnsupportedAddress: no such address" });
check("missing_certificate", {
  status: "Error",
  message: "Listener https: InvalidCertificateRef: Secret shop-tls does not exist",
});
check("behind", { status: "Pending", message: "Generation 1 of 2 is observed" });
check("malformed", { status: "Unknown", references: [] });
