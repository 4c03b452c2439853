/** GRPCRoute: ready when a parent has accepted it; attached to Gateways, routes to Services. */
import { GATEWAY_VERSION } from "./gateway_status.ts";
import { routeRule } from "./route.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const grpcRoute: KindRule = {
  ...namespaced(GATEWAY_VERSION, { kind: "GRPCRoute", plural: "grpcroutes" }),
  role: "entry",
  ...routeRule,
};
