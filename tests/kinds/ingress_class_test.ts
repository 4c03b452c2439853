import { ingressClass } from "../../src/kinds/ingress_class.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(ingressClass);

check("ready", { status: "Ready", message: "Controller k8s.io/ingress-nginx" });
check("malformed", { status: "Unknown" });
