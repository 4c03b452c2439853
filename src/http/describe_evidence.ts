import type { Evidence } from "../graph/queries/evidence.ts";
import { viasOf } from "../model/reference.ts";

/** Returns how a relation or a reference is meant, as answers say it. */
export function describeEvidence({ via, optional }: Evidence) {
  return { via: viasOf(via), optional };
}
