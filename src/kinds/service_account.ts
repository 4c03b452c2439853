/** ServiceAccount: always ready; names its Secrets. */
import * as wire from "../model/wire_field.ts";
import { list } from "./fields.ts";
import { ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { LOCAL_REFERENCE, OBJECT_REFERENCE, wireObject } from "./wire_parts.ts";

export const serviceAccount: KindRule = {
  ...namespaced("v1", { kind: "ServiceAccount", plural: "serviceaccounts" }),
  wire: wireObject({
    secrets: wire.messages(2, OBJECT_REFERENCE),
    imagePullSecrets: wire.messages(3, LOCAL_REFERENCE),
  }),
  isThereToBeUsed: true,
  leftovers: ["uses-secret"],

  health: () => ready("Exists"),

  references: ({ secrets, imagePullSecrets }, refer) => {
    for (const { name } of list(secrets)) refer.to("uses-secret", { kind: "Secret", name });
    for (const { name } of list(imagePullSecrets)) {
      refer.to("uses-secret", { kind: "Secret", name, optional: true, via: ["imagePullSecret"] });
    }
  },
};
