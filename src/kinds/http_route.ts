/** HTTPRoute: ready when a parent has accepted it; attached to Gateways, routes to Services. */
import { GATEWAY_VERSION } from "./gateway_status.ts";
import { routeRule } from "./route.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const httpRoute: KindRule = {
  ...namespaced(GATEWAY_VERSION, { kind: "HTTPRoute", plural: "httproutes" }),
  role: "entry",
  ...routeRule,
};
