import type { Pairs } from "../model/pairs.ts";
import type { Release, ResourceRecord } from "../model/record.ts";

const CONVENTIONS = [
  ["app.kubernetes.io/managed-by", "app.kubernetes.io/instance"],
  ["heritage", "release"],
] as const;

/**
 * Returns the Helm release that a resource itself names. The annotations of Helm name it. If they are missing
 * and the resource has no owner, the labels that charts set by convention name it. Hooks have only labels.
 * Older charts use the labels of Helm 2.
 * https://helm.sh/docs/chart_best_practices/labels/
 */
export function ownRelease(
  { annotations, labels, namespace }: Pick<ResourceRecord, "annotations" | "labels" | "namespace">,
  owned: boolean,
): Release | undefined {
  const annotated = valueOf(annotations, "meta.helm.sh/release-name");
  if (annotated) {
    return {
      namespace: valueOf(annotations, "meta.helm.sh/release-namespace") || namespace,
      name: annotated,
    };
  }
  if (owned) return undefined;
  for (const [manager, instance] of CONVENTIONS) {
    const name = valueOf(labels, manager) === "Helm" ? valueOf(labels, instance) : undefined;
    if (name) return { namespace, name };
  }
  return undefined;
}

function valueOf(pairs: Pairs, key: string): string | undefined {
  return pairs.find(([name]) => name === key)?.[1];
}
