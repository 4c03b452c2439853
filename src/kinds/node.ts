/** Node: ready unless its conditions say otherwise. Pods run on it. */
import * as wire from "../model/wire_field.ts";
import { type Fields, fields, flag, list, requiredFields, text } from "./fields.ts";
import { because, conditionOf, failed, pending, ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";
import { conditions, wireObject } from "./wire_parts.ts";

export const node: KindRule = {
  ...clusterScoped("v1", { kind: "Node", plural: "nodes" }),
  wire: wireObject({
    spec: wire.message(2, { unschedulable: wire.flag(4) }),
    status: wire.message(3, { conditions: conditions(4) }),
  }),

  health: ({ spec, status }) => {
    const condition = conditionOf(status, "Ready");
    if (!condition) return failed("It has not said that it is ready");
    switch (text(condition.status)) {
      case "True":
        break;
      case "False":
        return failed(because("It is not ready", condition));
      default:
        return failed(because("Its kubelet does not answer", condition));
    }
    const pressures = list(fields(status).conditions).filter(isPressure).map(({ type }) => text(type));
    if (pressures.length > 0) return pending(pressures.join(", "));
    return ready(
      flag(requiredFields(spec).unschedulable) ? "Ready, cordoned: it takes no new Pods" : "Ready",
    );
  },
};

function isPressure({ type, status }: Fields): boolean {
  const name = text(type) ?? "";
  return text(status) === "True" && (name.endsWith("Pressure") || name === "NetworkUnavailable");
}
