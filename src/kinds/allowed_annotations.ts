import type { Pairs } from "../model/pairs.ts";
import { fields, text } from "./fields.ts";

const NAMES = new Set([
  "deployment.kubernetes.io/revision",
  "kubectl.kubernetes.io/restartedAt",
  "kubernetes.io/service-account.name",
  "prometheus.io/path",
  "prometheus.io/port",
  "prometheus.io/scheme",
  "prometheus.io/scrape",
  "volume.beta.kubernetes.io/storage-class",
]);

/**
 * Returns the annotations that may be kept, sorted. Drops all others before anything else sees them: the last
 * applied configuration may hold the data of a Secret, and `prometheus.io/param_*` may hold a token.
 *
 * @param more Those that the configuration reads of the kind.
 */
export function allowedAnnotations(annotations: unknown, more?: ReadonlySet<string>): Pairs {
  const allowed: [string, string][] = [];
  for (const [key, value] of Object.entries(fields(annotations))) {
    if (isAllowed(key, more)) allowed.push([key, text(value) ?? ""]);
  }
  return allowed.sort(([a], [b]) => a < b ? -1 : 1);
}

/** Reports whether an annotation may be kept. */
export function isAllowed(annotation: string, more?: ReadonlySet<string>): boolean {
  return NAMES.has(annotation) || more?.has(annotation) === true || annotation.startsWith("meta.helm.sh/") ||
    annotation.startsWith("argocd.argoproj.io/");
}
