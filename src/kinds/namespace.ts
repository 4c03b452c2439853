/** Namespace: ready until it is terminating. */
import { fields } from "./fields.ts";
import { byPhase, pending, ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";

export const namespace: KindRule = {
  ...clusterScoped("v1", { kind: "Namespace", plural: "namespaces" }),
  isNamespace: true,

  health: ({ status }) =>
    byPhase(fields(status).phase, {
      "": ready("Active"),
      Active: ready("Active"),
      Terminating: pending("Terminating"),
    }),
};
