/** GatewayClass: ready when its controller has accepted it. */
import { conditionOf, ready } from "./health.ts";
import { GATEWAY_VERSION, pastGeneration, unaccepted } from "./gateway_status.ts";
import { clusterScoped, type KindRule } from "./rule.ts";

export const gatewayClass: KindRule = {
  ...clusterScoped(GATEWAY_VERSION, { kind: "GatewayClass", plural: "gatewayclasses" }),

  health: (object) =>
    pastGeneration(object, [conditionOf(object.status, "Accepted")]) ?? unaccepted(object.status) ??
      ready("Accepted"),
};
