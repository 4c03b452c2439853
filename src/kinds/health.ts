/** Common parts of the health functions: statuses, phases, conditions, generations. */
import type { Health } from "../model/status.ts";
import { type Fields, fields, integer, list, text } from "./fields.ts";

/** The maximum length of a message, in UTF-16 units. */
const DETAIL_LENGTH = 160;

export function ready(message: string): Health {
  return { status: "Ready", message };
}

export function pending(message: string): Health {
  return { status: "Pending", message };
}

export function failed(message: string): Health {
  return { status: "Error", message };
}

export function unknown(message: string): Health {
  return { status: "Unknown", message };
}

export const NOT_WRITTEN = pending("Its status is not written yet");

/** Returns the health of a phase. The key "" is for an object without a phase. */
export function byPhase(phase: unknown, healths: Readonly<Record<string, Health>>): Health {
  const name = text(phase) ?? "";
  const health = Object.hasOwn(healths, name) ? healths[name] : undefined;
  return health ?? unknown(name === "" ? "It has no phase" : `Phase ${name} is not known`);
}

/** Returns the condition of a type. */
export function conditionOf(status: unknown, type: string): Fields | undefined {
  return list(fields(status).conditions).find((item) => text(item.type) === type);
}

/** Returns the condition of a type if its status is True. */
export function trueCondition(status: unknown, type: string): Fields | undefined {
  return withStatus(conditionOf(status, type), "True");
}

/** Returns the condition of a type if its status is False. */
export function falseCondition(status: unknown, type: string): Fields | undefined {
  return withStatus(conditionOf(status, type), "False");
}

function withStatus(found: Fields | undefined, status: string): Fields | undefined {
  return found && text(found.status) === status ? found : undefined;
}

/** Returns a sentence, followed by the reason of a condition. */
export function because(sentence: string, { reason }: Fields): string {
  return text(reason) ? `${sentence}: ${text(reason)}` : sentence;
}

/** Returns a sentence, followed by the reason of a condition and the first line of its message. */
export function becauseInDetail(sentence: string, condition: Fields): string {
  const [line = ""] = (text(condition.message) ?? "").trim().split("\n", 1);
  const detail = shorten(withoutValues(line), DETAIL_LENGTH);
  return detail ? `${because(sentence, condition)}: ${detail}` : because(sentence, condition);
}

/**
 * Removes the value that a validation error quotes, since a field may hold something confidential.
 * https://pkg.go.dev/k8s.io/apimachinery/pkg/util/validation/field#Error.ErrorBody
 */
function withoutValues(text: string): string {
  return text.replace(/\b((?:Invalid|Unsupported|Duplicate) value): (?:"(?:[^"\\]|\\.)*"|[^]*)/g, "$1");
}

/**
 * Returns Pending while the controller has not seen the newest spec, because the conditions are then outdated.
 * A status without a generation counts as not yet written.
 */
export function behind({ metadata, status }: Fields): Health | undefined {
  const generation = integer(fields(metadata).generation);
  const observed = integer(fields(status).observedGeneration);
  if (status === undefined || status === null) return NOT_WRITTEN;
  if (observed >= generation) return undefined;
  return observed === 0 ? NOT_WRITTEN : pending(`Generation ${observed} of ${generation} is observed`);
}

/** Does the same as `behind`, but ignores a status without a generation, as older versions of Kubernetes write. */
export function behindWhereNamed(object: Fields): Health | undefined {
  return integer(fields(object.status).observedGeneration) > 0 ? behind(object) : undefined;
}

/** Cuts a text to `length` UTF-16 units, at whole characters, and adds an ellipsis if it was cut. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "") + "…";
}
