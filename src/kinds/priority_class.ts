/** PriorityClass: always ready. Pods and templates name theirs. */
import * as wire from "../model/wire_field.ts";
import { flag, integer } from "./fields.ts";
import { ready } from "./health.ts";
import { clusterScoped, type KindRule } from "./rule.ts";
import { wireObject } from "./wire_parts.ts";

export const priorityClass: KindRule = {
  ...clusterScoped("scheduling.k8s.io/v1", { kind: "PriorityClass", plural: "priorityclasses" }),
  wire: wireObject({ value: wire.integer(2), globalDefault: wire.flag(3) }),

  health: ({ value, globalDefault }) =>
    ready(`Value ${integer(value)}${flag(globalDefault) ? ", the default" : ""}`),
};
