import type { Evidence } from "../graph/queries/evidence.ts";
import { viasOf } from "../model/reference.ts";

/** Returns the evidence of a relation or a reference as it appears in answers. */
export function describeEvidence({ via, optional }: Evidence) {
  return { via: viasOf(via), optional };
}
