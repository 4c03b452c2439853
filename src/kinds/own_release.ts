import type { Pairs } from "../model/pairs.ts";
import type { Release, ResourceRecord } from "../model/record.ts";

/**
 * The Helm release that a resource itself names: by Helm's annotations, or, where it has no owner, by
 * the labels that charts set by custom.
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
  if (owned || valueOf(labels, "app.kubernetes.io/managed-by") !== "Helm") return undefined;
  const instance = valueOf(labels, "app.kubernetes.io/instance");
  return instance ? { namespace, name: instance } : undefined;
}

function valueOf(pairs: Pairs, key: string): string | undefined {
  return pairs.find(([name]) => name === key)?.[1];
}
