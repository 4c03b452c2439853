/** Explains a configuration in sentences. */
import type {
  Condition,
  ConditionStatus,
  ConfiguredKind,
  ConfiguredReference,
  ConfiguredStatus,
  ConfiguredTarget,
} from "./configured_kind.ts";

/** Returns one sentence for each reference of a kind, then one for its status. */
export function explainKind({ kind, references, status }: ConfiguredKind): string[] {
  const sentences = references.map((reference) => explainReference(kind, reference));
  return status === undefined ? sentences : [...sentences, explainStatus(status)];
}

function explainReference(kind: string, { type, target, when, optional }: ConfiguredReference): string {
  const condition = when === undefined ? "" : `, where ${explainCondition(when)}`;
  const missing = optional && !target.isSelector ? " A missing one is not a problem." : "";
  return `${articleOf(kind)} has the relation ${type} to ${explainTarget(target)}${condition}.${missing}`;
}

function explainTarget(target: ConfiguredTarget): string {
  const { path, isSelector, namespace } = target;
  const kind = explainTargetKind(target);
  if (isSelector) {
    const where = namespace === undefined
      ? "in its own namespace"
      : `in the namespaces that ${namespace.text} lists, or else in its own`;
    return `every ${kind} that the selector in ${path.text} selects ${where}`;
  }
  const where = namespace === undefined
    ? ""
    : ` in the namespace that ${namespace.text} names, or else in its own`;
  return `the ${kind} that ${path.text} names${where}`;
}

function explainTargetKind({ group, kind, apiVersionPath, groupPath, kindPath }: ConfiguredTarget): string {
  const fixed = group === "" ? kind : `${kind} of ${group}`;
  if (kindPath === undefined) return fixed;
  const paths = [kindPath, apiVersionPath ?? groupPath].flatMap((path) => path?.text ?? []).join(" and ");
  const groupText = group !== "" && kind === "" ? `, of ${group} by default` : "";
  return `resource of the kind in ${paths}${kind === "" ? groupText : ` (default: ${fixed})`}`;
}

function explainCondition(condition: Condition): string {
  if ("equals" in condition) return `${condition.path.text} is ${condition.equals}`;
  return `${condition.path.text} is ${condition.empty ? "" : "not "}empty`;
}

function explainStatus(status: ConfiguredStatus): string {
  if (status.by === "conditions") {
    const { ready, pending, failed } = status;
    const isUnready = ready.map((it) => `${it.type} is not ${it.status}`);
    return statusSentence([
      ["Error", failed.map(explainConditionStatus)],
      ["Pending", [...pending.map(explainConditionStatus), ...isUnready]],
    ], "otherwise Ready");
  }
  const { path, ready, pending, failed } = status;
  const values = (texts: readonly string[]) =>
    texts.length === 0 ? [] : [`${path.text} is ${texts.join(" or ")}`];
  return statusSentence(
    [["Error", values(failed)], ["Pending", values(pending)], ["Ready", values(ready)]],
    "Unknown for another value; by the usual conventions without one",
  );
}

function statusSentence(cases: readonly (readonly [string, readonly string[]])[], otherwise: string): string {
  const named = cases.filter(([, when]) => when.length > 0).map(([status, when]) =>
    `${status} if ${when.join(" or ")}`
  );
  return `Its status is ${[...named, otherwise].join("; ")}.`;
}

function explainConditionStatus({ type, status }: ConditionStatus): string {
  return `${type} is ${status}`;
}

function articleOf(kind: string): string {
  return `${/^[AEIOU]/.test(kind) ? "An" : "A"} ${kind}`;
}
