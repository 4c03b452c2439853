/** Pod: health from its phase, containers and conditions; uses what its spec needs. */
import type { Health } from "../model/status.ts";
import { type Fields, fields, flag, integer, list, requiredFields, text } from "./fields.ts";
import { failed, falseCondition, pending, ready, shorten, trueCondition, unknown } from "./health.ts";
import { podImage, podReferences } from "./pod_template.ts";
import { type KindRule, namespaced } from "./rule.ts";

/** Reasons to wait that do not go away by waiting. */
const BROKEN = new Set([
  "CrashLoopBackOff",
  "ImagePullBackOff",
  "ErrImagePull",
  "ErrImageNeverPull",
  "InvalidImageName",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
]);

export const pod: KindRule = {
  ...namespaced("v1", { kind: "Pod", plural: "pods" }),
  mountsClaims: true,

  health: ({ spec, status }) => {
    const phase = text(fields(status).phase) || "Pending";
    switch (phase) {
      case "Succeeded":
        return ready("Succeeded");
      case "Failed":
        return failed(failure(fields(status)));
      case "Pending":
      case "Running":
        return failing(requiredFields(spec), fields(status)) ??
          progress(requiredFields(spec), fields(status));
      case "Unknown":
        return unknown("Its node does not answer");
      default:
        return unknown(`Phase ${phase} is not known`);
    }
  },

  detail: ({ spec, status }) => {
    const { containerStatuses, initContainerStatuses } = fields(status);
    let restartCount = 0;
    for (const container of list(containerStatuses)) restartCount += integer(container.restartCount);
    for (const container of list(initContainerStatuses)) restartCount += integer(container.restartCount);
    return {
      image: podImage(requiredFields(spec)),
      nodeName: text(requiredFields(spec).nodeName) || undefined,
      restartCount,
    };
  },

  references: ({ metadata, spec }, refer) => {
    podReferences(requiredFields(spec), refer);
    for (const { name, ephemeral } of list(requiredFields(spec).volumes)) {
      if (ephemeral === undefined || ephemeral === null) continue;
      refer.to("mounts", {
        kind: "PersistentVolumeClaim",
        name: `${text(fields(metadata).name)}-${text(name)}`,
      });
    }
  },

  finished: ({ status }) => {
    const { phase } = fields(status);
    return phase === "Succeeded" || phase === "Failed";
  },
};

/** What makes a Pod fail that has not reached its end. */
function failing(spec: Fields, status: Fields): Health | undefined {
  const initialization = {
    statuses: list(status.initContainerStatuses),
    containers: list(spec.initContainers),
  };
  const work = { statuses: list(status.containerStatuses), containers: list(spec.containers) };
  for (const { statuses, containers } of [initialization, work]) {
    for (const container of statuses) {
      const { waiting } = fields(container.state);
      const reason = text(fields(waiting).reason);
      if (reason && BROKEN.has(reason)) return failed(`Container ${text(container.name)}: ${reason}`);
      const exit = failedExit(container);
      if (!exit) continue;
      const declared = fields(containers.find(({ name }) => name === container.name));
      const policy = text(declared.restartPolicy) || text(spec.restartPolicy);
      if (policy === "Never" && !restartedByRule(declared, container)) return failed(exit);
    }
  }
  const unscheduled = falseCondition(status, "PodScheduled");
  if (unscheduled && text(unscheduled.reason) === "Unschedulable") {
    const why = text(unscheduled.message);
    // The scheduler's first sentence; what preemption would do is in the second.
    return failed(why ? `Unschedulable: ${shorten(why.split(". ", 1)[0] ?? why, 160)}` : "Unschedulable");
  }
  return undefined;
}

/** Whether one of a container's rules restarts it after this exit. https://kep.k8s.io/5307 */
function restartedByRule({ restartPolicyRules }: Fields, { state }: Fields): boolean {
  const code = integer(fields(fields(state).terminated).exitCode);
  return list(restartPolicyRules).some(({ exitCodes }) => {
    const { operator, values } = fields(exitCodes);
    if (!Array.isArray(values)) return false;
    return operator === "In" ? values.includes(code) : operator === "NotIn" && !values.includes(code);
  });
}

/** Why a Pod of phase Failed did. */
function failure(status: Fields): string {
  const reason = text(status.reason);
  if (reason) return `Failed: ${reason}`;
  for (const container of [...list(status.initContainerStatuses), ...list(status.containerStatuses)]) {
    const exit = failedExit(container);
    if (exit) return exit;
  }
  return "Failed";
}

function failedExit({ name, state }: Fields): string | undefined {
  const { terminated } = fields(state);
  const { exitCode, reason } = fields(terminated);
  if (integer(exitCode) === 0) return undefined;
  const because = text(reason);
  return `Container ${text(name)} exited with ${integer(exitCode)}${because ? `: ${because}` : ""}`;
}

/** How far a Pod is that runs or is about to. */
function progress(spec: Fields, status: Fields): Health {
  const containers = list(status.containerStatuses);
  const running = containers.filter((container) => flag(container.ready)).length;
  const figures = `${running} of ${containers.length} containers are ready`;
  if (trueCondition(status, "Ready")) return ready(figures);
  if (!text(spec.nodeName) && !trueCondition(status, "PodScheduled")) return pending("Waiting for a node");
  for (const { name, state } of [...list(status.initContainerStatuses), ...containers]) {
    const reason = text(fields(fields(state).waiting).reason);
    if (reason) return pending(`Container ${text(name)}: ${reason}`);
  }
  if (containers.length === 0) return pending("Waiting for its containers");
  return pending(running < containers.length ? figures : "Its readiness gates are not met");
}
