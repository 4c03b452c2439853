/** Namespace: ready until it is terminating. */
import * as wire from "../model/wire_field.ts";
import { fields } from "./fields.ts";
import { byPhase, pending, ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

export const namespace: KindRule = {
  ...clusterScoped("v1", { kind: "Namespace", plural: "namespaces" }),
  wire: wireObject({ status: wire.message(3, { phase: wire.text(1) }) }),
  isNamespace: true,

  health: ({ status }) =>
    byPhase(fields(status).phase, {
      "": ready("Active"),
      Active: ready("Active"),
      Terminating: pending("Terminating"),
    }),
};
