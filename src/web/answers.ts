/** The answers of the HTTP API, as the page reads them. */
import type { InferOutput } from "valibot";
import type * as schema from "../http/schema.ts";

export type Band = InferOutput<typeof schema.Band>;
export type Cause = InferOutput<typeof schema.ResourceCause>;
export type Kind = InferOutput<typeof schema.Kind>;
export type Problem = InferOutput<typeof schema.ResourceProblem>;
export type Visible = InferOutput<typeof schema.Visible>;
export type Release = InferOutput<typeof schema.Release>;
export type Revision = InferOutput<typeof schema.Revision>;
export type Relation = InferOutput<typeof schema.Relation>;
export type RelatedResource = InferOutput<typeof schema.RelatedResource> & Detail;
export type Resource = InferOutput<typeof schema.Resource> & Detail;
export type Edge = InferOutput<typeof schema.Edge>;
export type EvidencedEdge = InferOutput<typeof schema.Impact>["edges"][number];
export type Node = Omit<InferOutput<typeof schema.Node>, "metadata"> & {
  readonly metadata: { readonly age: string; readonly creationTimestamp: string } & Detail;
};
export type Impacted = Node & Pick<InferOutput<typeof schema.Impact>["nodes"][number], "effect" | "distance">;

export interface Graph {
  readonly rv: string;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

export interface Impact {
  readonly resource: Node | (Key & { readonly missing: boolean });
  readonly summary: InferOutput<typeof schema.Impact>["summary"];
  readonly truncated: boolean;
  readonly nodes: readonly Impacted[];
  readonly edges: readonly EvidencedEdge[];
}

export interface Path {
  readonly nodes: readonly Node[];
  readonly edges: readonly EvidencedEdge[];
}

export interface Key {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export type Status = Node["status"];

/** What the page shows of the fields that only some kinds have. */
interface Detail {
  readonly image?: string;
  readonly nodeName?: string;
  readonly restartCount?: number;
  readonly replicas?: { readonly desired: number; readonly ready: number };
  readonly ownerReferences?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
  }[];
}

/** A change of the stream, as far as the page reads it. */
export interface Delta {
  readonly op: string;
  readonly node?: {
    readonly uid: string;
    readonly kind: string;
    readonly name: string;
    readonly status: string;
    readonly message: string;
  };
  readonly uid?: string;
}

/** Returns `namespace/name`, or the name of a cluster-scoped resource. */
export function textOf({ namespace, name }: Pick<Key, "namespace" | "name">): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** Returns the kinds of which an answer may be old. */
export function staleKindsOf(kinds: readonly Kind[] = []): ReadonlySet<string> {
  return new Set(kinds.flatMap(({ kind, state }) => state === "synced" ? [] : [kind]));
}
