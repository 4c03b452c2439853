/**
 * The metadata that all sample objects have: their origin, their owners, and the managers of their fields.
 */
import type { KubeObject, ObjectMeta, ObjectOwner } from "../kube_object.ts";
import type { Scene } from "./scene.ts";

/** A set of objects that are installed together, with Helm or without. */
export interface Application {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly chartVersion: string;
  readonly appVersion: string;
  readonly helm: boolean;
  /** Seconds since the installation. */
  readonly age: number;
}

interface MetaOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function selectorLabels({ name, chart }: Application): Record<string, string> {
  return { "app.kubernetes.io/instance": name, "app.kubernetes.io/name": chart };
}

/** Returns the metadata of an object from the application's manifests. */
export function appMeta(scene: Scene, app: Application, name: string, options: MetaOptions = {}): ObjectMeta {
  const { namespace, chart, chartVersion, appVersion, helm } = app;
  const labels = {
    ...selectorLabels(app),
    "app.kubernetes.io/version": appVersion,
    ...(helm ? { "app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": `${chart}-${chartVersion}` } : {}),
    ...options.labels,
  };
  const annotations = {
    ...(helm ? { "meta.helm.sh/release-name": app.name, "meta.helm.sh/release-namespace": namespace } : {}),
    ...options.annotations,
  };
  return {
    name,
    namespace,
    uid: scene.random.uuid(),
    creationTimestamp: scene.time(app.age),
    labels,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** Returns the metadata of an object that a controller creates for its owner. */
export function ownedMeta(
  scene: Scene,
  owner: KubeObject,
  { name, age, labels, annotations }: MetaOptions & { readonly name: string; readonly age: number },
): ObjectMeta {
  const { namespace } = owner.metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: scene.random.uuid(),
    creationTimestamp: scene.time(age),
    ...(labels === undefined ? {} : { labels: { ...labels } }),
    ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
    ownerReferences: [ownerOf(owner)],
  };
}

export function ownerOf({ apiVersion, kind, metadata }: KubeObject): ObjectOwner {
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid as string,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Adds managed fields, which are a third of the size of real objects. */
export function managed<T extends KubeObject>(object: T, manager: string): T {
  const { apiVersion, metadata, status, spec } = object;
  const time = metadata.creationTimestamp;
  const entry = (by: string, fields: unknown) => ({
    manager: by,
    operation: "Update",
    apiVersion,
    time,
    fieldsType: "FieldsV1",
    fieldsV1: fields,
  });
  const { labels, annotations, ownerReferences } = metadata;
  const owned = fieldsOf({ metadata: { labels, annotations, ownerReferences }, spec });
  const statusManager = object.kind === "Pod" ? "kubelet" : "kube-controller-manager";
  metadata.managedFields = [
    entry(manager, owned),
    ...(status === undefined
      ? []
      : [{ ...entry(statusManager, fieldsOf({ status })), subresource: "status" }]),
  ];
  return object;
}

/**
 * Returns the fields two levels down; real ones go deeper.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
function fieldsOf(value: object, depth = 2): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    const isLeaf = depth === 1 || typeof field !== "object" || field === null;
    fields[`f:${name}`] = isLeaf ? {} : fieldsOf(field, depth - 1);
  }
  return fields;
}
