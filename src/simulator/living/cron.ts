import type { KubeObject } from "../kube_object.ts";
import { jobStatus, makeJob } from "../sample/jobs.ts";
import type { Cluster, Steps } from "./cluster.ts";
import type { Story } from "./story.ts";

const MINUTE = 60;

/** A CronJob creates a Job with its Pod; afterwards the oldest Jobs are deleted. */
export const cron: Story = {
  about: "CronJob",
  suits: ({ spec }) => spec.suspend !== true,

  *tell(cluster, cronJob) {
    const { scene, random } = cluster;
    const { namespace = "", name } = cronJob.metadata;
    const minute = Math.floor(Date.parse(scene.time()) / 1000 / MINUTE);
    const job = makeJob(scene, cronJob, {
      name: `${name}-${minute}${random.suffix(2)}`,
      state: "active",
      age: 0,
    });
    yield* cluster.create(job);
    const { apiVersion, kind, metadata } = job;
    const active = [{ apiVersion, kind, namespace, name: metadata.name, uid: metadata.uid }];
    const started = { ...cronJob, status: { ...cronJob.status, active, lastScheduleTime: scene.time() } };
    yield* cluster.put({ ...started, metadata: withoutVersion(cronJob) });

    const pod = yield* cluster.createPod(job);
    yield* cluster.startPod(pod);
    yield* cluster.rest(3);
    yield* cluster.setPod(pod, "succeeded");
    yield* cluster.put({ ...job, status: jobStatus(scene, "complete", job.status.startTime) });
    const { active: _active, ...status } = started.status;
    const ended = { ...started, status: { ...status, lastSuccessfulTime: scene.time() } };
    yield* cluster.put({ ...ended, metadata: withoutVersion(cronJob) });
    yield* cleanUp(cluster, cronJob);
  },
};

function withoutVersion({ metadata }: KubeObject): KubeObject["metadata"] {
  const { resourceVersion: _version, ...rest } = metadata;
  return rest;
}

function* cleanUp(cluster: Cluster, cronJob: KubeObject): Steps {
  const { namespace = "", uid } = cronJob.metadata;
  const { template } = cronJob.spec.jobTemplate.spec;
  const timeOf = ({ metadata }: KubeObject) => metadata.creationTimestamp ?? "";
  const jobs = cluster.store.select("Job", namespace, template.metadata.labels)
    .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid))
    .sort((left, right) => timeOf(left) < timeOf(right) ? 1 : -1);
  for (const job of jobs.slice(cronJob.spec.successfulJobsHistoryLimit)) {
    for (const pod of cluster.podsOf(job)) yield* cluster.remove(pod);
    yield* cluster.remove(job);
  }
}
