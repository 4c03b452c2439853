/** The Pods that a controller would make of a manifest. */
import type { Manifest } from "./kubectl.ts";

/** Returns the Pod of a manifest that has a Pod template, and nothing for any other manifest. */
export function podTemplates({ kind, metadata, spec }: Manifest): Manifest[] {
  const { name, namespace } = metadata;
  if (kind === "Pod") return [{ metadata, spec }];
  const template = kind === "CronJob" ? spec.jobTemplate.spec.template : spec?.template;
  if (template === undefined) return [];
  const claims = (spec.volumeClaimTemplates ?? []).map(({ metadata }: Manifest) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: `${metadata.name}-${name}-0` },
  }));
  const volumes = [...template.spec.volumes ?? [], ...claims];
  return [{ metadata: { ...template.metadata, name, namespace }, spec: { ...template.spec, volumes } }];
}
