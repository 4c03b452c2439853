/** ValidatingWebhookConfiguration: always ready; calls the Services of its webhooks. */
import { clusterScoped, type KindRule } from "./rule.ts";
import { webhookRule } from "./webhooks.ts";

export const validatingWebhookConfiguration: KindRule = {
  ...clusterScoped("admissionregistration.k8s.io/v1", {
    kind: "ValidatingWebhookConfiguration",
    plural: "validatingwebhookconfigurations",
  }),
  ...webhookRule,
};
