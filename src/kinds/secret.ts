/** Secret: always ready; its data is never read. */
import { ready } from "./health.ts";
import { type KindRule, namespaced } from "./rule.ts";

export const secret: KindRule = {
  ...namespaced("v1", { kind: "Secret", plural: "secrets" }),
  metadataOnly: true,
  outsideReleases: "sh.helm.release.v1.",

  health: () => ready("Exists"),
};
