/**
 * What the statuses of the Gateway API share. A condition names the generation that it speaks of.
 * https://gateway-api.sigs.k8s.io/guides/implementers/#conditions
 */
import type { Health } from "../model/status.ts";
import { type Fields, fields, integer, text } from "./fields.ts";
import { because, becauseInDetail, conditionOf, failed, pending } from "./health.ts";

export const GATEWAY_GROUP = "gateway.networking.k8s.io";
export const GATEWAY_VERSION = `${GATEWAY_GROUP}/v1`;

/** Returns Pending if one of the conditions speaks of an older generation than the newest. */
export function pastGeneration({ metadata }: Fields, conditions: readonly (Fields | undefined)[]) {
  const generation = integer(fields(metadata).generation);
  for (const condition of conditions) {
    const observed = integer(condition?.observedGeneration, generation);
    if (observed < generation) return pending(`Generation ${observed} of ${generation} is observed`);
  }
  return undefined;
}

/** Returns Error if the condition Accepted is False, and Pending if nobody has decided yet. */
export function unaccepted(status: unknown): Health | undefined {
  const accepted = conditionOf(status, "Accepted");
  switch (text(accepted?.status)) {
    case "True":
      return undefined;
    case "False":
      return failed(becauseInDetail("Not accepted", accepted!));
    default:
      return pending(accepted ? because("Not accepted yet", accepted) : "No controller has answered yet");
  }
}
