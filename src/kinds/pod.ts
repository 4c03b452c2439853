/** Pod: health from its phase, containers and conditions; uses the objects that its spec names. */
import type { Health } from "../model/status.ts";
import * as wire from "../model/wire_field.ts";
import { ephemeralClaim } from "./claim_marks.ts";
import { type Fields, fields, flag, integer, list, requiredFields, text } from "./fields.ts";
import {
  because,
  behindWhereNamed,
  conditionOf,
  failed,
  falseCondition,
  pending,
  ready,
  shorten,
  trueCondition,
  unknown,
} from "./health.ts";
import { podImage, podReferences } from "./pod_template.ts";
import { POD_SPEC } from "./pod_wire.ts";
import { type KindRule, namespaced } from "./rule.ts";
import { conditions, wireObject } from "./wire_parts.ts";

/** Waiting reasons that do not end by waiting. The kubelet and container runtimes add new ones freely. */
const BROKEN = /^(Err.*|.*(Error|BackOff)|InvalidImageName|RegistryUnavailable|SignatureValidationFailed)$/s;
/** The scheduler's message for claims of the binding mode Immediate whose volumes are being provisioned. */
const WAITS_FOR_CLAIMS = /unbound immediate PersistentVolumeClaims?/i;
/** The node controller sets Ready to False, without a reason, when the node of a Pod is not ready. */
const NOT_BY_ITSELF = "Its containers are ready, but Ready was set to False from outside";
const BY_ITS_NODE = "Its containers are ready, but its node is not";
/** The number of containers that a message names. */
const NAMES_MAX = 3;

const CONTAINER_STATUS = {
  name: wire.text(1),
  state: wire.message(2, {
    waiting: wire.message(1, { reason: wire.text(1) }),
    terminated: wire.message(3, { exitCode: wire.integer(1), reason: wire.text(3) }),
  }),
  ready: wire.flag(4),
  restartCount: wire.integer(5),
};

export const pod: KindRule = {
  ...namespaced("v1", { kind: "Pod", plural: "pods" }),
  wire: wireObject({
    spec: wire.message(2, POD_SPEC),
    status: wire.message(3, {
      phase: wire.text(1),
      conditions: conditions(2),
      reason: wire.text(4),
      containerStatuses: wire.messages(8, CONTAINER_STATUS),
      initContainerStatuses: wire.messages(10, CONTAINER_STATUS),
      observedGeneration: wire.integer(17),
    }),
  }),
  role: "pod",
  mountsClaims: true,
  toleratesMissing: { "runs-on": 60 },
  retells: { from: NOT_BY_ITSELF, to: BY_ITS_NODE, relation: "runs-on", targetKind: "Node" },

  health: (object) => {
    const { spec, status } = object;
    const phase = text(fields(status).phase) || "Pending";
    switch (phase) {
      case "Succeeded":
        return ready("Succeeded");
      case "Failed":
        return failed(failure(fields(status)));
      case "Pending":
      case "Running":
        return behindWhereNamed(object) ?? failing(requiredFields(spec), fields(status)) ??
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
    const own = fields(metadata);
    podReferences(requiredFields(spec), refer);
    // Pods of a node that is gone are deleted within a minute, so that a missing node is not a problem.
    refer.to("runs-on", { kind: "Node", name: requiredFields(spec).nodeName });
    for (const { name, ephemeral } of list(requiredFields(spec).volumes)) {
      if (ephemeral === undefined || ephemeral === null) continue;
      refer.select("mounts", {
        kind: "PersistentVolumeClaim",
        selector: ephemeralClaim({ name: text(own.name) ?? "", uid: text(own.uid) ?? "" }, text(name) ?? ""),
      });
    }
  },

  finished: ({ status }) => {
    const { phase } = fields(status);
    return phase === "Succeeded" || phase === "Failed";
  },
};

/** Returns the failure of a Pod that has not ended. */
function failing(spec: Fields, status: Fields): Health | undefined {
  const initialization = {
    statuses: list(status.initContainerStatuses),
    containers: list(spec.initContainers),
  };
  const work = { statuses: list(status.containerStatuses), containers: list(spec.containers) };
  for (const { statuses, containers } of [initialization, work]) {
    for (const container of statuses) {
      const reason = waitingReason(container);
      if (reason && BROKEN.test(reason)) return failed(`Container ${text(container.name)}: ${reason}`);
      const exit = failedExit(container);
      if (!exit) continue;
      const declared = fields(containers.find(({ name }) => name === container.name));
      const policy = text(declared.restartPolicy) || text(spec.restartPolicy);
      if (policy === "Never" && !restartedByRule(declared, container)) return failed(exit);
    }
  }
  const unscheduled = falseCondition(status, "PodScheduled");
  if (unscheduled && text(unscheduled.reason) === "Unschedulable") {
    const why = text(unscheduled.message) ?? "";
    if (WAITS_FOR_CLAIMS.test(why)) return pending("Waiting for a claim that is not bound yet");
    // The scheduler's first sentence; what preemption would do is in the second.
    return failed(why ? `Unschedulable: ${shorten(why.split(". ", 1)[0] ?? why, 160)}` : "Unschedulable");
  }
  return undefined;
}

/**
 * Returns the reason that a container waits for, up to its first colon. What follows may quote a command.
 */
function waitingReason({ state }: Fields): string | undefined {
  return text(fields(fields(state).waiting).reason)?.split(":", 1)[0]?.trim();
}

/** Reports whether a rule of the container restarts it after this exit. https://kep.k8s.io/5307 */
function restartedByRule({ restartPolicyRules }: Fields, { state }: Fields): boolean {
  const code = integer(fields(fields(state).terminated).exitCode);
  return list(restartPolicyRules).some(({ exitCodes }) => {
    const { operator, values } = fields(exitCodes);
    if (!Array.isArray(values)) return false;
    return operator === "In" ? values.includes(code) : operator === "NotIn" && !values.includes(code);
  });
}

/** Returns the reason for which a Pod of phase Failed has failed. */
function failure(status: Fields): string {
  const reason = text(status.reason);
  if (reason) return `Failed: ${reason}`;
  // A sidecar ends after the containers that it serves, and its own exit then explains nothing.
  for (const container of [...list(status.containerStatuses), ...list(status.initContainerStatuses)]) {
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

/** Returns the progress of a Pod that runs or starts. */
function progress(spec: Fields, status: Fields): Health {
  const statuses = [...list(status.initContainerStatuses), ...list(status.containerStatuses)];
  const { total, unready } = countContainers(spec, status);
  const figures = `${total - unready.length} of ${total} containers are ready`;
  const condition = conditionOf(status, "Ready");
  if (text(condition?.status) === "True") return ready(figures);
  if (!text(spec.nodeName) && !trueCondition(status, "PodScheduled")) {
    return pending(because("Waiting for a node", falseCondition(status, "PodScheduled") ?? {}));
  }
  for (const container of statuses) {
    const reason = waitingReason(container);
    if (reason) return pending(`Container ${text(container.name)}: ${reason}`);
  }
  if (list(status.containerStatuses).length === 0) return pending("Waiting for its containers");
  if (unready.length > 0) {
    return pending(`${figures}, ${enumerate(unready)} ${unready.length === 1 ? "is" : "are"} not`);
  }

  const gates = list(spec.readinessGates).map(({ conditionType }) => text(conditionType) ?? "");
  const closed = gates.filter((gate) => !trueCondition(status, gate));
  if (closed.length === 1) return pending(`Its readiness gate ${closed[0]} is not True`);
  if (closed.length > 1) return pending(`Its readiness gates ${enumerate(closed)} are not True`);
  const state = text(condition?.status);
  if (state === "False") {
    return pending(because(NOT_BY_ITSELF, condition!));
  }
  return pending(`Its containers are ready, but Ready is ${state || "not written yet"}`);
}

/**
 * Counts the containers of a Pod as kubectl does: restartable init containers (sidecars) are among them.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
function countContainers(spec: Fields, status: Fields): { total: number; unready: string[] } {
  const sidecars = list(spec.initContainers).filter(({ restartPolicy }) => restartPolicy === "Always");
  const isReady = new Map<string, boolean>();
  const addAll = (declared: readonly Fields[], statuses: readonly Fields[]) => {
    for (const { name } of declared) isReady.set(text(name) ?? "", false);
    for (const { name, ready } of statuses) {
      const known = text(name) ?? "";
      if (declared.length === 0 || isReady.has(known)) isReady.set(known, flag(ready));
    }
  };
  if (sidecars.length > 0) addAll(sidecars, list(status.initContainerStatuses));
  addAll(list(spec.containers), list(status.containerStatuses));
  const unready = [...isReady].filter(([, ready]) => !ready).map(([name]) => name);
  return { total: isReady.size, unready };
}

/** Joins names to a phrase. Names beyond the limit are only counted. */
function enumerate(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MAX);
  if (names.length > shown.length) shown.push(`${names.length - shown.length} more`);
  return shown.length === 1 ? shown[0]! : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
