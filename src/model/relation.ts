/**
 * The meaning of every relation type. The rest of the program reads this table and never branches on the
 * name of a type. If two resources have several relations, the first type in this order represents all.
 *
 * A type is known by its number, its position in the table. Numbers fit in a byte: at most 255 types exist.
 * The configuration may add types of its own. The table only grows, so a number stays what it is.
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
  /** The only kind of the targets. Absent: several kinds, or any. */
  readonly targetKind?: string;
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
  "selects": { ...served, nameList: "targetPods", targetKind: "Pod" },
  "endpoints": { ...needed, declaredBy: "target", attachesSource: true, impact: {} },
  "routes-to": { ...served, targetKind: "Service" },
  "attached-to": { ...needed, attachesSource: true },
  "uses-class": needed,
  "scales": { ...needed, attachesSource: true },
  "mounts": { ...used, nameList: "mountedPVCs", targetKind: "PersistentVolumeClaim" },
  "uses-service": { ...needed, impact: { onSource: "degraded" }, targetKind: "Service" },
  "binds": { ...needed, isUse: false, targetKind: "PersistentVolume" },
  "uses-storageclass": {
    ...needed,
    impact: { onSource: "broken", onlyPending: true },
    targetKind: "StorageClass",
  },
  "uses-configmap": { ...used, nameList: "usedConfigMaps", targetKind: "ConfigMap" },
  "uses-secret": { ...used, nameList: "usedSecrets", targetKind: "Secret" },
  "uses-sa": { ...needed, nameField: "serviceAccountName", targetKind: "ServiceAccount" },
  "runs-on": { ...needed, followed: false, impact: { onSource: "removed" }, targetKind: "Node" },
  "uses-priorityclass": { ...needed, followed: false, targetKind: "PriorityClass" },
  "binds-role": needed,
  "binds-subject": {
    ...needed,
    attachesSource: true,
    impact: { onTarget: "degraded" },
    targetKind: "ServiceAccount",
  },
  "calls": { ...needed, targetKind: "Service" },
} as const satisfies Readonly<Record<string, RelationMeaning>>;

export type BuiltInType = keyof typeof MEANINGS;

/** The types that exist without a configuration. */
export const BUILT_IN_TYPES = Object.keys(MEANINGS) as readonly BuiltInType[];

/** The form of a type that a configuration adds: kebab case. */
export const ADDED_TYPE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

declare const added: unique symbol;

/** A type that the configuration has added to the table. */
export type AddedType = string & { readonly [added]: true };

export type RelationType = BuiltInType | AddedType;

/** The meaning of every added type: the source uses its target. */
const ADDED: RelationMeaning = used;

export const RELATION_TYPES_MAX = 255;

const types: RelationType[] = [...BUILT_IN_TYPES];
const meanings: RelationMeaning[] = Object.values(MEANINGS);
const numbers = new Map<string, number>(types.map((type, number) => [type, number]));

/** All types, by number. It grows when types are added. */
export const RELATION_TYPES: readonly RelationType[] = types;

/** The meaning of each type, by number. It grows when types are added. */
export const RELATION_MEANINGS: readonly RelationMeaning[] = meanings;

/** Returns the number of a type. */
export function relationNumber(type: RelationType): number {
  return numbers.get(type)!;
}

/** Returns the type with a name, or undefined if the table has none. */
export function findRelationType(name: unknown): RelationType | undefined {
  return numbers.has(name as string) ? name as RelationType : undefined;
}

/**
 * Returns the type with a name. Adds it to the table if it is new.
 *
 * @throws {RangeError} if the table is full.
 */
export function addRelationType(name: string): RelationType {
  if (numbers.has(name)) return name as RelationType;
  if (types.length === RELATION_TYPES_MAX) {
    throw new RangeError(`More than ${RELATION_TYPES_MAX} relation types`);
  }
  numbers.set(name, types.length);
  types.push(name as AddedType);
  meanings.push(ADDED);
  return name as AddedType;
}

/** Returns the meaning of the type with a name, which need not be in the table. */
export function meaningOf(name: string): RelationMeaning {
  return Object.hasOwn(MEANINGS, name) ? MEANINGS[name as BuiltInType] : ADDED;
}

/** Returns a value for each type, by number, which is made when it is first needed. */
export function byRelationType<T>(make: (type: RelationType) => T): (number: number) => T {
  const made: T[] = [];
  return (number) => made[number] ??= make(types[number]!);
}
