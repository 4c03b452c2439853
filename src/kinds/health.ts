/** What the rules' health functions share: statuses, phases, conditions, generations. */
import type { Health } from "../model/status.ts";
import { type Fields, fields, integer, list, text } from "./fields.ts";

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

/** The health that belongs to a phase; the key "" stands for no phase yet. */
export function byPhase(phase: unknown, healths: Readonly<Record<string, Health>>): Health {
  const name = text(phase) ?? "";
  const health = Object.hasOwn(healths, name) ? healths[name] : undefined;
  return health ?? unknown(name === "" ? "It has no phase" : `Phase ${name} is not known`);
}

/** The condition of that type, where its status is True. */
export function trueCondition(status: unknown, type: string): Fields | undefined {
  return list(fields(status).conditions).find((item) =>
    text(item.type) === type && text(item.status) === "True"
  );
}

/** The condition of that type, where its status is False. */
export function falseCondition(status: unknown, type: string): Fields | undefined {
  return list(fields(status).conditions).find((item) =>
    text(item.type) === type && text(item.status) === "False"
  );
}

/** A sentence with a condition's reason behind it. */
export function because(sentence: string, condition: Fields): string {
  const reason = text(condition.reason);
  return reason ? `${sentence}: ${reason}` : sentence;
}

/** Pending while the controller has not seen the newest spec. */
export function behind({ metadata, status }: Fields): Health | undefined {
  const generation = integer(fields(metadata).generation);
  const observed = integer(fields(status).observedGeneration);
  if (observed >= generation && status !== undefined) return undefined;
  return pending(
    observed === 0 ? "Its status is not written yet" : `Generation ${observed} of ${generation} is observed`,
  );
}

/** At most `length` UTF-16 units of a text, whole characters, with an ellipsis where it was cut. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "") + "…";
}
