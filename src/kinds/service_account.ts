/** ServiceAccount: always ready; names its Secrets. */
import { list } from "./fields.ts";
import { ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const serviceAccount: KindRule = {
  ...namespaced("v1", { kind: "ServiceAccount", plural: "serviceaccounts" }),
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
