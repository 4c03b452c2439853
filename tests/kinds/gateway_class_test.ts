import { gatewayClass } from "../../src/kinds/gateway_class.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(gatewayClass);

check("accepted", { status: "Ready", message: "Accepted" });
check("waiting", { status: "Pending" });
check("new", { status: "Pending", message: "No controller has answered yet" });
check("refused", {
  status: "Error",
  message: "Not accepted: InvalidParameters: parametersRef does not exist",
});
check("behind", { status: "Pending", message: "Generation 1 of 2 is observed" });
check("malformed", { status: "Unknown" });
