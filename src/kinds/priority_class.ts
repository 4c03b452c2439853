/** PriorityClass: always ready. Pods and templates name theirs. */
import { flag, integer } from "./fields.ts";
import { ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";

export const priorityClass: KindRule = {
  ...clusterScoped("scheduling.k8s.io/v1", { kind: "PriorityClass", plural: "priorityclasses" }),

  health: ({ value, globalDefault }) =>
    ready(`Value ${integer(value)}${flag(globalDefault) ? ", the default" : ""}`),
};
