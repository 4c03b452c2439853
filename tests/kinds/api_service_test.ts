import { apiService } from "../../src/kinds/api_service.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(apiService);

check("available", {
  status: "Ready",
  message: "Available",
  references: ["calls -> Service kube-system/metrics-server"],
});
check("local", { status: "Ready", references: [] });
check("unavailable", {
  status: "Error",
  message:
    'Not available: MissingEndpoints: endpoints for service/metrics-server in "kube-system" have no addresses with port name "https"',
});
check("new", { status: "Pending", message: "Not checked yet" });
check("not_known", { status: "Pending", message: "Availability is not known: Waiting" });
check("malformed", { status: "Unknown", references: [] });
