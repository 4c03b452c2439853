import * as v from "valibot";
import type { RelationKey } from "../../graph/queries/evidence.ts";
import type { GraphReader } from "../../graph/queries/reader.ts";
import { describeEvidence } from "../describe_evidence.ts";
import { RELATION_TYPES } from "../../model/relation.ts";
import { BUSY } from "../large_answer_slots.ts";
import { encodeResource } from "../encode.ts";
import { refuseTooLarge } from "../filter.ts";
import { resourceKey, targetKey } from "../resource_key.ts";
import { HttpError } from "../http_error.ts";
import { defineRoute, jsonBytes, type Route } from "../route.ts";
import { RelatedResource } from "../schema.ts";
import { sortRows } from "../sort_rows.ts";

export function resourceRoute(): Route {
  const query = v.object({});
  return defineRoute({
    path: "/api/v1/resources/{uid}",
    summary: "One resource, its relations, and its references to missing targets",
    query,
    answer: RelatedResource,
    failures: { 404: "No resource has this uid", ...BUSY },
    body: "cached",
    build({ graph, params: { uid = "" }, now }) {
      const row = graph.find(uid);
      if (row === undefined) {
        throw new HttpError(`No resource has the uid ${uid}`, { status: 404, code: "not_found" });
      }
      const resource = encodeResource(graph, row, { now });
      return { bytes: extend(resource, describeRelations(graph, row)) };
    },
  });
}

function describeRelations(graph: GraphReader, row: number) {
  const incoming = RELATION_TYPES.map((): number[] => []);
  const outgoing = RELATION_TYPES.map((): number[] => []);
  graph.forEachSource(row, (type, from) => incoming[type]?.push(from));
  graph.forEachTarget(row, (type, to) => outgoing[type]?.push(to));
  const relations = {
    in: describeEnds(graph, incoming, (type, from) => ({ type, from, to: row })),
    out: describeEnds(graph, outgoing, (type, to) => ({ type, from: row, to })),
  };
  return { relations, unresolvedReferences: describeUnresolved(graph, row) };
}

/** Describes relations by their other ends, in the order of the types, then in the order of the lists. */
function describeEnds(
  graph: GraphReader,
  ends: readonly (readonly number[])[],
  relationTo: (type: number, end: number) => RelationKey,
) {
  refuseTooLarge(ends.reduce((sum, { length }) => sum + length, 0));
  return RELATION_TYPES.flatMap((type, number) =>
    sortRows(graph, new Set(ends[number])).map((end) => ({
      type,
      ...describeEvidence(graph.evidence(relationTo(number, end))),
      resource: { uid: graph.uid(end), ...resourceKey(graph, end), status: graph.status(end) },
    }))
  );
}

function describeUnresolved(graph: GraphReader, row: number) {
  const unresolved: unknown[] = [];
  graph.forEachReference(row, ({ type, optional, via, active, named }) => {
    if (active || named === undefined) return;
    const evidence = describeEvidence({ via, optional });
    unresolved.push({ type: RELATION_TYPES[type], ...targetKey(graph, named), ...evidence });
  });
  return unresolved;
}

/** Appends fields to an encoded JSON object. Both must have at least one field. */
function extend(object: Uint8Array, fields: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  const more = jsonBytes(fields);
  const extended = new Uint8Array(object.length + more.length - 1);
  extended.set(object);
  extended.set(more, object.length - 1);
  extended[object.length - 1] = ",".charCodeAt(0);
  return extended;
}
