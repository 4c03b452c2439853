import type { Pairs } from "../model/pairs.ts";
import { fields, text } from "./fields.ts";

const PREFIXES = ["meta.helm.sh/", "argocd.argoproj.io/", "prometheus.io/"] as const;
const NAMES = new Set(["kubectl.kubernetes.io/restartedAt", "deployment.kubernetes.io/revision"]);

/**
 * The annotations that may be kept, sorted. All others are dropped here, before anything else sees
 * them: the last applied configuration, for one, may hold a Secret's data.
 */
export function allowedAnnotations(annotations: unknown): Pairs {
  const allowed: [string, string][] = [];
  for (const [key, value] of Object.entries(fields(annotations))) {
    if (isAllowed(key)) allowed.push([key, text(value) ?? ""]);
  }
  return allowed.sort(([a], [b]) => a < b ? -1 : 1);
}

export function isAllowed(annotation: string): boolean {
  return NAMES.has(annotation) || PREFIXES.some((prefix) => annotation.startsWith(prefix));
}
