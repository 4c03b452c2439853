/** Reduced CustomResourceDefinitions and sample objects of the projects whose rules Astrolabe ships. */
import { load } from "js-yaml";

/** The type of a field, the fields of an object, or the items of a list. `labels` is a label selector. */
export type FieldTree =
  | "string"
  | "integer"
  | "boolean"
  | "map"
  | "labels"
  | readonly [FieldTree]
  | { readonly [field: string]: FieldTree };

export interface SampleDefinition {
  readonly group: string;
  /** Default: v1. */
  readonly version?: string;
  readonly kind: string;
  readonly plural: string;
  /** Default: Namespaced. */
  readonly scope?: "Cluster";
  readonly fields: { readonly [field: string]: FieldTree };
}

export interface SampleObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface Samples {
  readonly definitions: readonly SampleDefinition[];
  readonly objects: readonly {
    readonly object: SampleObject;
    /** Status and message. */
    readonly status: string;
    /** `type Kind.group namespace/name` or, of a selection, `type Kind.group namespace key operator values`. */
    readonly references?: readonly string[];
  }[];
}

/** The files by project. */
const FILES = {
  "cert-manager": "cert_manager",
  "Argo CD": "argo_cd",
  "Flux": "flux",
  "Prometheus Operator": "prometheus_operator",
  "External Secrets": "external_secrets",
  "KEDA": "keda",
  "Knative Serving": "knative_serving",
  "Strimzi": "strimzi",
} as const;

export type Project = keyof typeof FILES;

export const PROJECTS = Object.keys(FILES) as readonly Project[];

export function readSamples(project: Project): Samples {
  const file = new URL(`../fixtures/shipped/${FILES[project]}.yaml`, import.meta.url);
  return load(Deno.readTextFileSync(file)) as Samples;
}

/** Returns the OpenAPI schema of a field, as a CustomResourceDefinition has it. */
export function schemaOf(tree: FieldTree): object {
  if (tree === "map") return { type: "object", additionalProperties: { type: "string" } };
  if (tree === "labels") return { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  if (typeof tree === "string") return { type: tree };
  if (isList(tree)) return { type: "array", items: schemaOf(tree[0]) };
  const properties = Object.fromEntries(Object.entries(tree).map(([name, it]) => [name, schemaOf(it)]));
  return { type: "object", properties };
}

/** Reports whether a definition has the field at a path of the configuration. */
export function hasField({ fields }: SampleDefinition, path: string): boolean {
  if (path.startsWith("metadata.")) return true;
  let tree: FieldTree | undefined = fields;
  for (const [step] of path.matchAll(/[^.[\]*]+|\[\*\]/g)) {
    if (tree === undefined || typeof tree === "string") return false;
    if (step === "[*]") tree = isList(tree) ? tree[0] : undefined;
    else tree = isList(tree) ? undefined : tree[step];
  }
  return tree !== undefined;
}

function isList(tree: FieldTree): tree is readonly [FieldTree] {
  return Array.isArray(tree);
}
