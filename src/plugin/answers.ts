/** The parts of the HTTP API's answers that the plugin shows. */
export interface Key {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface Found extends Key {
  readonly uid: string;
  readonly apiVersion: string;
  readonly status: string;
  readonly message: string;
  readonly chart?: string;
  readonly release?: string;
  readonly releaseNamespace?: string;
}

export interface Node extends Found {
  readonly metadata: { readonly age: string; readonly image?: string };
}

export interface Impacted extends Node {
  readonly effect: string;
  readonly distance: number;
}

export interface Edge {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly via?: readonly string[];
  readonly optional?: boolean;
}

export interface Relation {
  readonly type: string;
  readonly via?: readonly string[];
  readonly optional?: boolean;
  readonly resource: Key & { readonly uid: string; readonly status: string };
}

export interface Resource extends Found {
  readonly age: string;
  readonly relations: { readonly in: readonly Relation[]; readonly out: readonly Relation[] };
}

export interface GraphAnswer {
  readonly rv: string;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

export interface Impact {
  readonly summary: Readonly<Record<"workloads" | "pods" | "services" | "ingresses" | "other", number>>;
  readonly truncated: boolean;
  readonly nodes: readonly Impacted[];
  readonly edges: readonly Edge[];
}

export interface Cause {
  readonly id: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly cause: Key & { readonly uid?: string; readonly missing: boolean };
  readonly since: string;
  readonly releases: readonly { readonly namespace: string; readonly name: string }[];
  readonly counts: { readonly resources: number; readonly pods: number };
  readonly affected:
    readonly (Key & { readonly uid: string; readonly status: string; readonly message: string })[];
}

export interface Release {
  readonly namespace: string;
  readonly name: string;
  readonly chart: string;
  readonly status: string;
  readonly counts: { readonly nodes: number; readonly pods: number; readonly errors: number };
  readonly revision: number | null;
  readonly helmStatus: string | null;
  readonly updated: string | null;
  readonly causes: number;
}

export interface Revision {
  readonly revision: number;
  readonly status: string;
  readonly updated: string;
}

export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly scope: string;
  readonly state: string;
  readonly count: number;
  readonly lastEvent: string | null;
  readonly error?: string;
}

export interface Message {
  readonly rv: string;
  /** Another message of the same batch follows. */
  readonly partial?: boolean;
  readonly deltas: readonly {
    readonly op: string;
    readonly node?: Node;
    readonly uid?: string;
    readonly edge?: Edge;
  }[];
  readonly stale?: readonly string[];
}
