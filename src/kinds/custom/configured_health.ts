import type { Health } from "../../model/status.ts";
import { type Fields, text } from "../fields.ts";
import {
  because,
  becauseInDetail,
  behindWhereNamed,
  conditionOf,
  failed,
  pending,
  ready,
  unknown,
} from "../health.ts";
import type { ConditionStatus, ConfiguredStatus } from "./configured_kind.ts";
import { customHealth } from "./custom_health.ts";
import { firstValue } from "./field_path.ts";

/** Returns the health of a custom resource by the conditions or values that the configuration names. */
export function configuredHealth(configured: ConfiguredStatus, object: Fields): Health {
  return configured.by === "value"
    ? healthByValue(configured, object)
    : healthByConditions(configured, object);
}

function healthByValue(
  { path, ready: good, pending: unfinished, failed: bad }: Extract<ConfiguredStatus, { by: "value" }>,
  object: Fields,
): Health {
  const found = firstValue(object, path);
  if (found === undefined || typeof found === "object") return customHealth(object);
  const old = behindWhereNamed(object);
  if (old) return old;
  const value = String(found);
  const message = `${path.text} is ${value}`;
  if (bad.includes(value)) return failed(message);
  if (unfinished.includes(value)) return pending(message);
  return good.includes(value) ? ready(message) : unknown(`${message}, which no rule names`);
}

function healthByConditions(
  { ready: wanted, pending: unfinished, failed: bad }: Extract<ConfiguredStatus, { by: "conditions" }>,
  object: Fields,
): Health {
  const { status } = object;
  const old = behindWhereNamed(object);
  if (old) return old;
  const found = ({ type, status: expected }: ConditionStatus) => {
    const condition = conditionOf(status, type);
    return condition && text(condition.status) === expected ? condition : undefined;
  };
  for (const [conditions, make] of [[bad, failed], [unfinished, pending]] as const) {
    for (const named of conditions) {
      const condition = found(named);
      if (condition) return make(becauseInDetail(sentence(named), condition));
    }
  }
  for (const named of wanted) {
    const condition = conditionOf(status, named.type);
    if (condition === undefined) return pending(`It has no condition ${named.type} yet`);
    const state = text(condition.status) ?? "";
    if (state !== named.status) return pending(becauseInDetail(`${named.type} is ${state}`, condition));
  }
  const [first] = wanted;
  const condition = first && found(first);
  return ready(first && condition ? because(sentence(first), condition) : "Exists");
}

function sentence({ type, status }: ConditionStatus): string {
  return status === "True" ? type : `${type} is ${status}`;
}
