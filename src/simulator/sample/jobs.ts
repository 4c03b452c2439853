import type { KubeObject } from "../kube_object.ts";
import { type Application, appMeta, managed, ownedMeta } from "./metadata.ts";
import type { Scene } from "./scene.ts";

const CONTROLLER = "kube-controller-manager";

export interface CronJobOptions {
  // deno-lint-ignore no-explicit-any -- a piece of an object, which is KubeObject's any
  readonly template: any;
  readonly schedule: string;
  readonly suspended: boolean;
}

export function makeCronJob(scene: Scene, app: Application, options: CronJobOptions): KubeObject {
  const { template, schedule, suspended } = options;
  return managed({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { ...appMeta(scene, app, app.name), generation: 1 },
    spec: {
      schedule,
      suspend: suspended,
      concurrencyPolicy: "Forbid",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { metadata: {}, spec: { backoffLimit: 2, template } },
    },
    status: suspended ? {} : { lastScheduleTime: scene.time(600), lastSuccessfulTime: scene.time(540) },
  }, "helm");
}

export type JobState = "active" | "complete" | "failed";

export interface JobOptions {
  readonly name: string;
  readonly state: JobState;
  /** Seconds since its creation. */
  readonly age: number;
}

export function makeJob(scene: Scene, cronJob: KubeObject, { name, state, age }: JobOptions): KubeObject {
  const { spec } = cronJob.spec.jobTemplate;
  const meta = ownedMeta(scene, cronJob, { name, age });
  const labels = {
    ...spec.template.metadata.labels,
    "batch.kubernetes.io/controller-uid": meta.uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": meta.uid,
    "job-name": name,
  };
  return managed({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      ...meta,
      labels,
      annotations: { "batch.kubernetes.io/cronjob-scheduled-timestamp": scene.time(age) },
      generation: 1,
    },
    spec: {
      parallelism: 1,
      completions: 1,
      completionMode: "NonIndexed",
      podReplacementPolicy: "TerminatingOrFailed",
      suspend: false,
      manualSelector: false,
      backoffLimit: spec.backoffLimit,
      selector: { matchLabels: { "batch.kubernetes.io/controller-uid": meta.uid } },
      template: {
        metadata: { ...spec.template.metadata, labels },
        spec: spec.template.spec,
      },
    },
    status: jobStatus(scene, state, meta.creationTimestamp as string),
  }, CONTROLLER);
}

export function jobStatus(scene: Scene, state: JobState, startTime: string): object {
  if (state === "active") {
    return { startTime, active: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} };
  }
  const time = scene.time(Math.max(0, scene.age(startTime) - 40));
  const complete = state === "complete";
  const condition = (type: string, reason: string) => ({
    type,
    status: "True",
    lastProbeTime: time,
    lastTransitionTime: time,
    reason,
    message: complete
      ? "Reached expected number of succeeded pods"
      : "Job has reached the specified backoff limit",
  });
  const conditions = complete
    ? [condition("SuccessCriteriaMet", "CompletionsReached"), condition("Complete", "CompletionsReached")]
    : [condition("FailureTarget", "BackoffLimitExceeded"), condition("Failed", "BackoffLimitExceeded")];
  return {
    startTime,
    conditions,
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
    ...(complete ? { succeeded: 1, completionTime: time } : { failed: 3 }),
  };
}
