/**
 * The meaning of every relation type. The rest of the program reads this table and never branches on the
 * name of a type. If two resources have several relations, the first type in this order represents all.
 *
 * A type is known by its number, its position in the table. Numbers fit in a byte: at most 255 types exist.
 */

/** The effect on one end of a relation when the other end is deleted. */
export type Effect = "degraded" | "broken" | "removed";

/** How a loss spreads along the relations of a type. An absent field means that nothing happens. */
export interface Impact {
  /** The effect on the source when its target is deleted. */
  readonly onSource?: Effect;
  /**
   * The same for an optional reference, an image pull Secret or a claim of a StatefulSet. Default:
   * `onSource`.
   */
  readonly onSourceIfWeak?: Effect;
  /** The effect on the source when all its targets of this type are removed or broken. */
  readonly onSourceOfNone?: Effect;
  /** Only a source whose status is Pending is affected. */
  readonly onlyPending?: boolean;
  /** The effect on the target when its source is deleted. */
  readonly onTarget?: Effect;
  /** The target is affected only when all its sources of this type are deleted. */
  readonly onTargetOfNone?: Effect;
}

export interface RelationMeaning {
  /** The end that declares the relation, for a database that does not record it. */
  readonly declaredBy: "source" | "target";
  /**
   * The answer about a release includes the target if it includes the source. The answer about a namespace
   * includes the cluster-scoped end if it includes the other one. False for targets that much of the cluster
   * shares.
   */
  readonly followed: boolean;
  /** The source must be cluster-scoped or in the target's namespace, as the garbage collector demands. */
  readonly withinNamespace?: boolean;
  /** The source uses the target. A target without any relation of such a type is unreferenced. */
  readonly isUse: boolean;
  /** The answer about a release includes the source if it includes the target. */
  readonly attachesSource: boolean;
  /** The field that lists the names of the targets in an answer about the source. */
  readonly nameList?: string;
  /** The field for the name of the only target in an answer about the source. */
  readonly nameField?: string;
  /**
   * Relations of type `selects` that a selector without `required` declares (PodDisruptionBudget,
   * NetworkPolicy) have no impact. Those of type `mounts` that a StatefulSet selects are weak.
   */
  readonly impact: Impact;
}

/** Most types: the source declares its target and stops working without it. */
const needed: RelationMeaning = {
  declaredBy: "source",
  followed: true,
  attachesSource: false,
  isUse: true,
  impact: { onSource: "broken" },
};
/** The source routes traffic to its targets. It works while one of them is left. */
const served: RelationMeaning = {
  ...needed,
  attachesSource: true,
  impact: { onSource: "degraded", onSourceOfNone: "broken" },
};
/** The source uses the data of the target. */
const used: RelationMeaning = { ...needed, impact: { onSource: "broken", onSourceIfWeak: "degraded" } };

const MEANINGS = {
  "owns": {
    ...needed,
    isUse: false,
    declaredBy: "target",
    withinNamespace: true,
    impact: { onSource: "degraded", onTargetOfNone: "removed" },
  },
  "selects": { ...served, nameList: "targetPods" },
  "endpoints": { ...needed, declaredBy: "target", attachesSource: true, impact: {} },
  "routes-to": served,
  "attached-to": { ...needed, attachesSource: true },
  "uses-class": needed,
  "scales": { ...needed, attachesSource: true },
  "mounts": { ...used, nameList: "mountedPVCs" },
  "uses-service": { ...needed, impact: { onSource: "degraded" } },
  "binds": { ...needed, isUse: false },
  "uses-storageclass": { ...needed, impact: { onSource: "broken", onlyPending: true } },
  "uses-configmap": { ...used, nameList: "usedConfigMaps" },
  "uses-secret": { ...used, nameList: "usedSecrets" },
  "uses-sa": { ...needed, nameField: "serviceAccountName" },
  "runs-on": { ...needed, followed: false, impact: { onSource: "removed" } },
  "uses-priorityclass": { ...needed, followed: false },
  "binds-role": needed,
  "binds-subject": { ...needed, attachesSource: true, impact: { onTarget: "degraded" } },
  "calls": needed,
} as const satisfies Readonly<Record<string, RelationMeaning>>;

export type RelationType = keyof typeof MEANINGS;

/** All types, by number. */
export const RELATION_TYPES = Object.keys(MEANINGS) as readonly RelationType[];

/** The meaning of each type, by number. */
export const RELATION_MEANINGS: readonly RelationMeaning[] = Object.values(MEANINGS);

/** Returns the number of a type. */
export function relationNumber(type: RelationType): number {
  return RELATION_TYPES.indexOf(type);
}
