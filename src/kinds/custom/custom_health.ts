/**
 * Health of a custom resource by the conventions that many controllers keep. Generation, Reconciling and
 * Stalled are those of kstatus; the other conditions and the phases are common names.
 * https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
import type { Health } from "../../model/status.ts";
import { type Fields, fields, text } from "../fields.ts";
import {
  because,
  becauseInDetail,
  behindWhereNamed,
  conditionOf,
  failed,
  pending,
  ready,
  trueCondition,
} from "../health.ts";

const FAILURES = ["Stalled", "Failed", "Degraded"] as const;
const FAILED_PHASES: ReadonlySet<string> = new Set(["Failed", "Error"]);
/** The conditions that are True when all is well. */
const SUCCESSES = ["Ready", "Available", "Healthy", "Synced", "Succeeded"] as const;
const PENDING_PHASES: ReadonlySet<string> = new Set(["Pending", "Creating", "Provisioning", "Progressing"]);

export function customHealth(object: Fields): Health {
  const { status } = object;
  const phase = text(fields(status).phase) ?? "";
  const old = behindWhereNamed(object);
  if (old) return old;
  for (const type of FAILURES) {
    const failure = trueCondition(status, type);
    if (failure) return failed(becauseInDetail(type, failure));
  }
  if (FAILED_PHASES.has(phase)) return failed(`Phase ${phase}`);

  const reconciling = trueCondition(status, "Reconciling");
  if (reconciling) return pending(becauseInDetail("Reconciling", reconciling));
  for (const type of SUCCESSES) {
    const condition = conditionOf(status, type);
    const state = text(condition?.status);
    if (condition && (state === "False" || state === "Unknown")) {
      return pending(becauseInDetail(`${type} is ${state}`, condition));
    }
  }
  if (PENDING_PHASES.has(phase)) return pending(`Phase ${phase}`);

  if (phase) return ready(`Phase ${phase}`);
  for (const type of SUCCESSES) {
    const condition = trueCondition(status, type);
    if (condition) return ready(because(type, condition));
  }
  return ready("Exists");
}
