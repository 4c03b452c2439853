/**
 * A database as sorted lines, so that tests can compare two of them: the actual database in Redis, and the
 * database that the contract requires. It shares no code with the writer.
 */
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import type { GraphAnswer } from "./astrolabe.ts";
import { ownRelease } from "./naive_reading.ts";

/** The order in the contract. */
const TYPES = [
  ..."owns selects endpoints routes-to attached-to uses-class scales mounts uses-service binds".split(" "),
  ..."uses-storageclass uses-configmap uses-secret uses-sa runs-on uses-priorityclass binds-role".split(" "),
  ..."binds-subject calls".split(" "),
];

/** Returns the lines of a database with the content of an answer. */
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

/** Returns a database as lines, without the lease and the metadata. */
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
