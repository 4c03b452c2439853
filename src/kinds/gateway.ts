/** Gateway: ready when it is accepted and programmed; has a class, takes certificates from Secrets. */
import { fields, list, requiredFields, text } from "./fields.ts";
import { GATEWAY_GROUP, GATEWAY_VERSION, pastGeneration, unaccepted } from "./gateway_status.ts";
import { because, becauseInDetail, conditionOf, failed, falseCondition, pending, ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const gateway: KindRule = {
  ...namespaced(GATEWAY_VERSION, { kind: "Gateway", plural: "gateways" }),
  role: "entry",

  health: (object) => {
    const { status } = object;
    const { listeners, addresses } = fields(status);
    const programmed = conditionOf(status, "Programmed");
    const old = pastGeneration(object, [
      conditionOf(status, "Accepted"),
      programmed,
      ...list(listeners).map((listener) => conditionOf(listener, "ResolvedRefs")),
    ]);
    if (old) return old;
    const refusal = unaccepted(status);
    if (refusal?.status === "Error") return refusal;
    for (const listener of list(listeners)) {
      const unresolved = falseCondition(listener, "ResolvedRefs");
      if (unresolved) return failed(becauseInDetail(`Listener ${text(listener.name)}`, unresolved));
    }
    if (refusal) return refusal;
    if (text(programmed?.status) !== "True") return pending(because("Not programmed yet", programmed ?? {}));
    const address = list(addresses).map(({ value }) => text(value)).find((value) => value);
    return ready(address ? `Published at ${address}` : "Programmed");
  },

  references: ({ spec }, refer) => {
    const { gatewayClassName, listeners } = requiredFields(spec);
    refer.to("uses-class", { group: GATEWAY_GROUP, kind: "GatewayClass", name: gatewayClassName });
    for (const { tls } of list(listeners)) {
      for (const { group, kind, namespace, name } of list(fields(tls).certificateRefs)) {
        if (text(group) || (text(kind) || "Secret") !== "Secret") continue;
        refer.to("uses-secret", { kind: "Secret", namespace, name, via: ["tls"] });
      }
    }
  },
};
