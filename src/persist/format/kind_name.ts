import type { ResourceKind } from "../../model/resource_kind.ts";

/** A kind in one word, as kubectl takes it: `Pod`, `Deployment.apps`. */
export function kindName({ kind, group }: ResourceKind): string {
  return group === "" ? kind : `${kind}.${group}`;
}
