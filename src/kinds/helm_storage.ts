import { fields, text } from "./fields.ts";

/** The prefix of the names of the Secrets or ConfigMaps in which Helm stores releases. */
export const HELM_STORAGE = "sh.helm.release.v1.";

/** Reports whether an object with this metadata is one of them. */
export function isHelmStorage(metadata: unknown): boolean {
  return text(fields(metadata).name)?.startsWith(HELM_STORAGE) ?? false;
}
