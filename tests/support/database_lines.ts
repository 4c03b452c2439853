/**
 * A database as sorted lines, two of which can be compared: the one that Redis has, and the one that the
 * contract asks for. Shares no code with what writes it.
 */
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import type { GraphAnswer } from "./astrolabe.ts";
import { ownRelease } from "./naive_reading.ts";

/** The order in which the contract lists them. */
const TYPES = [
  ..."owns selects endpoints routes-to attached-to uses-class scales mounts uses-service binds".split(" "),
  ..."uses-storageclass uses-configmap uses-secret uses-sa runs-on uses-priorityclass binds-role".split(" "),
  ..."binds-subject calls".split(" "),
];

/** The lines of a database that holds what was answered. */
export function expectedDatabase(
  { nodes, edges }: GraphAnswer,
  objects: readonly KubeObject[],
): string[] {
  const releases = new Map(objects.map((object) => [object.metadata.uid, ownRelease(object)]));
  const lines: string[] = [];
  for (
    const { uid, name, namespace, kind, apiVersion, status, message, labels = {}, chart = "" } of nodes
  ) {
    const release = releases.get(uid)?.split("/")[1] ?? "";
    lines.push(`node:${uid} ${[name, namespace, kind, apiVersion, status, message, chart, release]}`);
    lines.push(`labels:${uid} ${Object.entries(labels).sort()}`);
    lines.push(`index:ns-kind:${namespace}:${kind} ${uid}`);
    if (release) lines.push(`index:helm-release:${release} ${uid}`);
  }
  const byEnds = Map.groupBy(edges, ({ from, to }) => `edge:${from}:${to}`);
  for (const [key, [...several]] of byEnds) {
    lines.push(`${key} ${TYPES.filter((type) => several.some((edge) => edge.type === type))}`);
  }
  return lines.sort();
}

/** A database as lines, but for the lease and what is said of the whole. */
export function describeDatabase(dump: ReadonlyMap<string, string | string[]>): string[] {
  const lines: string[] = [];
  for (const [whole, value] of dump) {
    const key = whole.replace(/^astrolabe:/, "");
    if (key === "lease" || key === "metadata") continue;
    if (typeof value !== "string") {
      for (const member of value) lines.push(`${key} ${member}`);
      continue;
    }
    const it = JSON.parse(value);
    if (key.startsWith("edge:")) {
      const { type, types = [type] } = it;
      lines.push(`edge:${it.fromUID}:${it.toUID} ${types}`);
      continue;
    }
    const { name, namespace, kind, apiVersion, status, statusMessage, helmChart, helmRelease } = it;
    const fields = [name, namespace, kind, apiVersion, status, statusMessage, helmChart, helmRelease];
    lines.push(`${key} ${fields}`, `labels:${it.uid} ${Object.entries(it.labels).sort()}`);
  }
  return lines.sort();
}
