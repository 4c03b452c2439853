/** The answers as schemas. `/openapi.json` is made from them, and tests compare answers with them. */
import * as v from "valibot";
import { PROBLEM_TYPES, SEVERITIES } from "../graph/queries/problem.ts";
import { DETAIL_LAYOUTS, type FieldLayout, type ValueForm } from "../model/detail.ts";
import { KIND_STATES } from "../model/kind_status.ts";
import { VIAS } from "../model/reference.ts";
import { ADDED_TYPE, BUILT_IN_TYPES } from "../model/relation.ts";
import { STATUSES } from "../model/status.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const time = v.pipe(v.string(), v.isoTimestamp());
const names = v.array(v.string());
const rv = v.pipe(v.string(), v.regex(/^[0-9]{21}$/));
const labels = v.record(v.string(), v.string());

function described<S extends v.GenericSchema>(schema: S, description: string) {
  return v.pipe(schema, v.description(description));
}

const creation = {
  age: described(v.string(), "As kubectl prints it, such as 3d4h"),
  creationTimestamp: described(v.string(), "RFC 3339; empty when unknown"),
};

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  image: "Of the first container",
  restartCount: "Sum over all containers",
};

/** The fields of an answer that are present where they apply. */
const detail = {
  ...Object.fromEntries(DETAIL_LAYOUTS.map((layout) => [layout.name, v.exactOptional(fieldSchema(layout))])),
  targetPods: v.exactOptional(names),
  mountedPVCs: v.exactOptional(names),
  usedConfigMaps: v.exactOptional(names),
  usedSecrets: v.exactOptional(names),
  serviceAccountName: v.exactOptional(v.string()),
};

function fieldSchema({ name, isList, parts }: FieldLayout) {
  const valueOf = (form: ValueForm) => form === "count" ? count : v.string();
  const schema = parts[0]?.name === undefined
    ? valueOf(parts[0]?.form ?? "text")
    : v.object(Object.fromEntries(parts.map(({ name = "", form }) => [name, valueOf(form)])));
  const description = DESCRIPTIONS[name];
  const whole = isList ? v.array(schema) : schema;
  return description === undefined ? whole : described(whole, description);
}

const key = {
  kind: v.string(),
  namespace: described(v.string(), "Empty for cluster-scoped resources"),
  name: v.string(),
};

const identity = { uid: v.string(), ...key };
const status = v.picklist(STATUSES);
/** The built-in types, and those that the configuration names. */
const relationType = v.union([v.picklist(BUILT_IN_TYPES), v.pipe(v.string(), v.regex(ADDED_TYPE))]);

export const Node = v.object({
  ...identity,
  apiVersion: v.string(),
  status,
  message: described(v.string(), "The reason for the status"),
  chart: v.exactOptional(v.string()),
  release: v.exactOptional(v.string()),
  releaseNamespace: v.exactOptional(v.string()),
  labels: v.exactOptional(described(labels, "With labels=true")),
  metadata: v.object({ ...creation, ...detail }),
});

export const WatchedNode = v.object({
  ...Node.entries,
  metadata: v.object({ creationTimestamp: creation.creationTimestamp, ...detail }),
});

export const Edge = v.object({
  type: relationType,
  from: described(v.string(), "A uid"),
  to: described(v.string(), "A uid"),
});

export const Graph = v.object({
  rv: described(
    rv,
    "The revision: nine digits that name the process, then twelve that grow with every change",
  ),
  nodes: v.array(Node),
  edges: described(v.array(Edge), "Relations between the nodes of the answer"),
  stats: v.object({
    nodes: count,
    edges: count,
    warnings: described(count, "Nodes whose status is Pending"),
    errors: described(count, "Nodes whose status is Error"),
    stale: described(count, "Nodes whose kind is not synced"),
  }),
});

export const Resource = v.object({
  ...identity,
  apiVersion: v.string(),
  status,
  message: described(v.string(), "The reason for the status"),
  chart: described(v.string(), "Empty where there is none"),
  release: described(v.string(), "Its own Helm release or its nearest owner's; empty where there is none"),
  releaseNamespace: described(v.string(), "The namespace of that release; empty where there is none"),
  ...creation,
  labels,
  ...detail,
});

/** The meaning of a relation or a reference. */
const evidence = {
  via: described(v.array(v.picklist(VIAS)), "The places in the declaring resource at which it stands"),
  optional: described(v.boolean(), "The declaring resource can do without"),
};

export const Relation = v.object({
  type: relationType,
  ...evidence,
  resource: v.object({ ...identity, status }),
});

export const RelatedResource = v.object({
  ...Resource.entries,
  relations: v.object({ in: v.array(Relation), out: v.array(Relation) }),
  unresolvedReferences: described(
    v.array(v.object({ type: relationType, ...key, ...evidence })),
    "What the resource refers to and is not there",
  ),
});

export const Release = v.object({
  namespace: v.string(),
  name: v.string(),
  chart: described(v.string(), "Of most of its own resources; empty where there is none"),
  charts: described(names, "All charts of its own resources, chart first"),
  status: described(
    status,
    "The worst of its own resources and of what these own; what is over does not count",
  ),
  counts: described(
    v.object({ nodes: count, edges: count, pods: count, errors: count }),
    "Over its own resources and what these own",
  ),
  revision: described(v.nullable(count), "The newest that Helm has stored; null: Helm knows of none"),
  helmStatus: described(v.nullable(v.string()), "Of that revision, as Helm writes it, such as deployed"),
  updated: described(v.nullable(time), "When Helm stored that revision"),
  causes: described(count, "Causes that affect it"),
});

export const Revision = v.object({
  revision: count,
  status: described(v.string(), "As Helm writes it, such as deployed, superseded or failed"),
  updated: described(time, "When Helm stored the revision"),
});

export const Kind = v.object({
  group: v.string(),
  version: v.string(),
  kind: v.string(),
  scope: v.picklist(["namespaced", "cluster"]),
  custom: described(v.boolean(), "Whether no rule of Astrolabe's own covers the kind"),
  visible: described(
    v.picklist(["all", "some", "none"]),
    "Whether the asker sees the kind in all namespaces, in some, or nowhere",
  ),
  state: v.picklist(KIND_STATES),
  count,
  lastEvent: described(
    v.nullable(time),
    "When the API server last sent anything; null: never, or not for those who do not see all of the kind",
  ),
  error: v.exactOptional(v.string()),
});

export const Visible = v.object({
  auth: described(v.picklist(["none", "token", "kubernetes"]), "The value of --auth"),
  user: described(v.string(), "The name of the asker; empty where nobody is asked for one"),
  kinds: described(v.object({ visible: count, total: count }), "How many of the kinds the asker sees"),
  namespaces: described(
    v.nullable(v.array(v.string())),
    "Where the asker sees kinds that they do not see everywhere; null: they see each kind everywhere or nowhere",
  ),
});

export const ResourceProblem = v.object({
  type: v.picklist(PROBLEM_TYPES),
  severity: described(
    v.picklist(SEVERITIES),
    "error: something does not work now; warning: a leftover or a suspicion",
  ),
  ...identity,
  message: v.string(),
  target: v.exactOptional(described(v.object(key), "What is not there")),
  since: described(time, "When it was first seen"),
});

const release = v.object({ namespace: v.string(), name: v.string() });

export const ResourceCause = v.object({
  id: described(v.string(), "The same as long as the cause lasts"),
  severity: described(v.picklist(SEVERITIES), "The worst of its problems"),
  message: described(v.string(), "What is wrong, in the words closest to the truth"),
  cause: described(
    v.object({ uid: v.exactOptional(v.string()), ...key, missing: v.boolean() }),
    "The resource to fix; missing: it does not exist and so has no uid",
  ),
  since: described(time, "When its first problem was first seen"),
  releases: described(v.array(release), "The releases of what is affected"),
  counts: described(v.object({ resources: count, pods: count }), "What is affected"),
  affected: described(
    v.array(v.object({ ...identity, status, message: v.string() })),
    "At most 20 of these, Pods last",
  ),
});

export const Band = v.object({
  release: v.exactOptional(release),
  owner: v.exactOptional(described(v.object(identity), "The topmost owner of workloads without a release")),
  chart: described(v.string(), "Empty where there is none"),
  status: described(status, "The worst of its resources; what is over does not count"),
  pods: described(
    v.object({ ready: count, pending: count, error: count }),
    "Without those that have succeeded or are over",
  ),
  counts: v.object({ nodes: count, edges: count, pods: count, errors: count }),
  causes: described(count, "Causes that affect it"),
  since: described(v.nullable(time), "When the first of the worst status got it; null: all is Ready"),
});

const EvidencedEdge = v.object({ ...Edge.entries, ...evidence });

export const Impact = v.object({
  resource: described(
    v.union([Node, v.object({ ...key, missing: v.boolean() })]),
    "What goes: a resource, or a target that does not exist",
  ),
  summary: described(
    v.object({ workloads: count, pods: count, services: count, ingresses: count, other: count }),
    "How many are affected, those that are left out included",
  ),
  truncated: described(v.boolean(), "More nodes are affected than the answer holds"),
  nodes: v.array(v.object({
    ...Node.entries,
    effect: described(
      v.picklist(["degraded", "broken", "removed"]),
      "broken: it cannot start again, or serves nothing",
    ),
    distance: described(count, "Relations from the resource that goes"),
  })),
  edges: described(v.array(EvidencedEdge), "The relations that carry an effect"),
});

export const Path = v.object({
  nodes: described(v.array(Node), "From a resource that names the release to the resource asked about"),
  edges: v.array(EvidencedEdge),
});

export const Health = v.object({
  status: v.literal("healthy"),
  nodes: described(v.exactOptional(count), "Resources; left out, as edges and kinds, for somebody unknown"),
  edges: v.exactOptional(count),
  synced: described(v.boolean(), "Whether every built-in kind that can be is synced"),
  kinds: described(
    v.exactOptional(v.object({
      listing: count,
      synced: count,
      stale: count,
      forbidden: count,
      absent: count,
      "too-many": count,
    })),
    "How many kinds are in each state",
  ),
  persistence: v.objectWithRest({ enabled: v.boolean() }, v.unknown()),
});

export const Delta = v.variant("op", [
  v.object({ op: v.literal("scope_changed"), rv: described(rv, "Forget everything: a snapshot follows") }),
  v.object({ op: v.literal("upsert_node"), node: WatchedNode }),
  v.object({ op: v.literal("remove_node"), uid: described(v.string(), "Its edges go with it") }),
  v.object({ op: v.literal("upsert_edge"), edge: Edge }),
  v.object({ op: v.literal("remove_edge"), edge: Edge }),
]);

export const WatchMessage = v.object({
  rv: described(rv, "The revision that the deltas lead to"),
  deltas: v.array(Delta),
  partial: v.exactOptional(described(v.literal(true), "More messages of the same batch follow")),
  stale: v.exactOptional(described(names, "Kinds that are stale, after fifteen seconds without a message")),
});

export const Failure = v.object({ error: v.object({ code: v.string(), message: v.string() }) });

/** The schemas that the description names. */
export const schemas = {
  Node,
  Edge,
  Graph,
  Resource,
  Relation,
  RelatedResource,
  Release,
  Revision,
  Kind,
  ResourceProblem,
  ResourceCause,
  Band,
  Impact,
  Path,
  Health,
  WatchedNode,
  Delta,
  WatchMessage,
  Failure,
};
