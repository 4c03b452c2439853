/**
 * A database that an operator runs: Helm installs one custom resource, and the operator makes the rest. Its
 * newest backup has failed. Helm knows only the custom resource, so nothing else names the release.
 */
import type { ResourceKind } from "../../model/resource_kind.ts";
import type { KubeObject } from "../kube_object.ts";
import { install } from "./application.ts";
import { type Application, appMeta, managed, ownedMeta, ownerOf } from "./metadata.ts";
import type { Scene } from "./scene.ts";
import { surroundings } from "./surroundings.ts";

const NAMESPACE = "databases";
const NAME = "orders-db";
const DAY = 86_400;
const GROUP = "databases.example.com";
const custom = { group: GROUP, version: "v1", namespaced: true, metadataOnly: false, labelLimited: true };
const DATABASE: ResourceKind = { ...custom, kind: "Database", plural: "databases" };
const BACKUP: ResourceKind = { ...custom, kind: "DatabaseBackup", plural: "databasebackups" };

export const OPERATOR_KINDS: readonly ResourceKind[] = [DATABASE, BACKUP];

/** Generates the objects. The operator's kinds must be served. `scene` must be healthy. */
export function makeOperatorScene(scene: Scene): KubeObject[] {
  const app: Application = {
    name: NAME,
    namespace: NAMESPACE,
    chart: "orders-db",
    chartVersion: "1.2.0",
    appVersion: "17.2",
    helm: true,
    age: 20 * DAY,
  };
  const database = managed({
    apiVersion: `${GROUP}/v1`,
    kind: DATABASE.kind,
    metadata: { ...appMeta(scene, app, NAME), generation: 1 },
    spec: { version: app.appVersion, instances: 3, backup: { schedule: "0 2 * * *" } },
    status: {
      observedGeneration: 1,
      phase: "Running",
      conditions: [condition("Ready", "True", { reason: "AllInstancesReady", message: "3 of 3 are ready" })],
    },
  }, "helm");
  const made = install(scene, app, "database").map((object) =>
    isHelms(object) ? object : owned(object, database)
  );
  return [...surroundings(scene, NAMESPACE, 300 * DAY), database, ...made, ...backups(scene, database)];
}

function isHelms({ type }: KubeObject): boolean {
  return type === "helm.sh/release.v1";
}

/** Returns an object as the operator makes it, without anything of Helm's. */
function owned(object: KubeObject, database: KubeObject): KubeObject {
  const { labels = {}, annotations = {}, ownerReferences, ...metadata } = object.metadata;
  const withoutHelm = (pairs: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(pairs).filter(([key, value]) => !/helm\.sh/.test(key) && value !== "Helm"),
    );
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: withoutHelm(labels),
      annotations: withoutHelm(annotations),
      ownerReferences: ownerReferences ?? [ownerOf(database)],
    },
  };
}

function backups(scene: Scene, database: KubeObject): KubeObject[] {
  return [2, 1, 0].map((daysAgo) => {
    const failed = daysAgo === 0;
    const name = `${NAME}-${scene.time(daysAgo * DAY).slice(0, 10).replaceAll("-", "")}`;
    return managed({
      apiVersion: `${GROUP}/v1`,
      kind: BACKUP.kind,
      metadata: ownedMeta(scene, database, { name, age: daysAgo * DAY + 3_600 }),
      spec: { database: NAME },
      status: {
        phase: failed ? "Failed" : "Completed",
        conditions: [
          failed
            ? condition("Failed", "True", {
              reason: "BucketNotFound",
              message: "The bucket orders-backups is gone",
            })
            : condition("Succeeded", "True", { reason: "Uploaded", message: "" }),
        ],
      },
    }, "database-operator");
  });
}

function condition(type: string, status: string, more: { reason: string; message: string }): object {
  return { type, status, ...more };
}
