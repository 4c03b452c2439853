/**
 * The types of relation, in the order in which the contract lists them: where two resources have
 * several relations, the first of them stands for all.
 */
export const RELATION_TYPES = [
  "owns",
  "selects",
  "endpoints",
  "routes-to",
  "scales",
  "mounts",
  "binds",
  "uses-storageclass",
  "uses-configmap",
  "uses-secret",
  "uses-sa",
] as const;

export type RelationType = typeof RELATION_TYPES[number];
