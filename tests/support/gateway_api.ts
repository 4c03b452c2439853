/** The kinds of the Gateway API on a real API server, without their schemas. */
import type { ApiServer } from "./api_server.ts";
import { holds } from "./holds.ts";

const GROUP = "gateway.networking.k8s.io";
const KINDS = [
  ["GatewayClass", "gatewayclasses", "Cluster"],
  ["Gateway", "gateways", "Namespaced"],
  ["HTTPRoute", "httproutes", "Namespaced"],
  ["GRPCRoute", "grpcroutes", "Namespaced"],
] as const;

/** Defines the kinds, and waits until the API server serves them. */
export async function installGatewayApi(server: ApiServer) {
  for (const [kind, plural, scope] of KINDS) {
    const schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    await server.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
      metadata: {
        name: `${plural}.${GROUP}`,
        annotations: { "api-approved.kubernetes.io": "unapproved, for tests" },
      },
      spec: {
        group: GROUP,
        scope,
        names: { kind, plural },
        versions: [{
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
        }],
      },
    });
    await holds(() => server.request("GET", `/apis/${GROUP}/v1/${plural}`));
  }
}
