/** What the configuration says about a kind, checked and ready to be applied to objects. */
import type { RelationType } from "../../model/relation.ts";
import type { FieldPath } from "./field_path.ts";

export interface ConfiguredKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly references: readonly ConfiguredReference[];
  readonly status: ConfiguredStatus | undefined;
  /** The annotations that the paths read. */
  readonly annotations: ReadonlySet<string>;
  /** The user's configuration names the kind, and not only a shipped rule. */
  readonly isNamed: boolean;
}

export interface ConfiguredReference {
  readonly type: RelationType;
  readonly target: ConfiguredTarget;
  readonly when: Condition | undefined;
  readonly optional: boolean;
}

export interface ConfiguredTarget {
  readonly group: string;
  /** Empty if only `kindPath` tells it. */
  readonly kind: string;
  readonly apiVersionPath: FieldPath | undefined;
  readonly groupPath: FieldPath | undefined;
  readonly kindPath: FieldPath | undefined;
  /** The path to the name, or else to the selector. */
  readonly path: FieldPath;
  readonly isSelector: boolean;
  /** Undefined: the namespace of the declaring resource. */
  readonly namespace: FieldPath | undefined;
}

/** A field has a value, or it is empty or not. */
export type Condition =
  & { readonly path: FieldPath }
  & ({ readonly equals: string | number | boolean } | { readonly empty: boolean });

/** The type of a condition in `status.conditions`, and a status that it may have. */
export interface ConditionStatus {
  readonly type: string;
  readonly status: string;
}

/** The conditions, or the values of a field, that give a status. */
export type ConfiguredStatus =
  | { readonly by: "conditions"; readonly ready: readonly ConditionStatus[] }
    & Readonly<Record<"pending" | "failed", readonly ConditionStatus[]>>
  | { readonly by: "value"; readonly path: FieldPath }
    & Readonly<Record<"ready" | "pending" | "failed", readonly string[]>>;

/** Finds what the configuration says about a kind of any version. */
export type FindConfigured = (group: string, kind: string) => ConfiguredKind | undefined;
