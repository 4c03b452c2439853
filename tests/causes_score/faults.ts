/** The kinds of faults that are injected. Each picks its subject, breaks it, and says what has to be fixed. */
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { jobStatus } from "../../src/simulator/sample/jobs.ts";
import type { PodState } from "../../src/simulator/sample/pod_status.ts";
import { isHealthy } from "../../src/simulator/living/cluster.ts";
import { makeClaim } from "../../src/simulator/sample/storage.ts";
import { makeReplicaSet, replicaSetStatus, REVISION } from "../../src/simulator/sample/workloads.ts";
import { type FaultyCluster, keyOf, type ObjectKey, type Root } from "./faulty_cluster.ts";

export interface Injected {
  readonly root: Root;
  /** The objects whose problems follow from the fault, besides those that name a missing root. */
  readonly claims: readonly ObjectKey[];
}

/** Injects a fault, or several in one workload; undefined if the cluster has nothing left that it suits. */
export type Fault = (cluster: FaultyCluster) => Injected | readonly Injected[] | undefined;

export const FAULTS: Readonly<Record<string, Fault>> = {
  "missing ConfigMap": (cluster) => {
    const workload = cluster.pickWorkload("Deployment");
    if (workload === undefined) return undefined;
    const name = cluster.newName("features");
    referTo(cluster, workload, { envFrom: { configMapRef: { name } } });
    breakPods(cluster, workload, "missing-config", name);
    return { root: missing("ConfigMap", workload, name), claims: claimWorkload(cluster, workload) };
  },

  "missing Secret of several workloads": (cluster) => {
    const first = cluster.pickWorkload("Deployment");
    if (first === undefined) return undefined;
    const name = cluster.newName("api-key");
    const claims: ObjectKey[] = [];
    let workload: KubeObject | undefined = first;
    for (let left = cluster.random.between(2, 5); left > 0 && workload !== undefined; left--) {
      referTo(cluster, workload, { envFrom: { secretRef: { name } } });
      breakPods(cluster, workload, "missing-config", name);
      claims.push(...claimWorkload(cluster, workload));
      const { namespace } = first.metadata;
      workload = cluster.pickWorkload("Deployment", ({ metadata }) => metadata.namespace === namespace);
    }
    return { root: missing("Secret", first, name), claims };
  },

  "image that does not exist": (cluster) => {
    const workload = cluster.pickWorkload("Deployment");
    if (workload === undefined) return undefined;
    breakPods(cluster, workload, "bad-image");
    stall(cluster, workload);
    return { root: present(workload), claims: claimWorkload(cluster, workload) };
  },

  "crash loop behind a rollout": (cluster) => {
    const workload = cluster.pickWorkload("Deployment");
    if (workload === undefined) return undefined;
    const revision = Number(workload.metadata.annotations?.[REVISION] ?? 1) + 1;
    cluster.change(workload, (object) => {
      object.spec.template.spec.containers[0].image += "-next";
      object.metadata.annotations = { ...object.metadata.annotations, [REVISION]: String(revision) };
    });
    const updated = again(cluster, workload);
    const set = cluster.store.create(
      makeReplicaSet(cluster.scene, updated, { replicas: 1, revision, age: 1200 }),
    );
    for (const _step of cluster.cluster.createPod(set, { state: "crashing", age: 1200 }));
    cluster.run(cluster.cluster.syncDeployment(updated));
    stall(cluster, workload);
    return { root: present(workload), claims: claimWorkload(cluster, workload) };
  },

  "Pods that fit no node": (cluster) => {
    const workload = cluster.pickWorkload("Deployment");
    if (workload === undefined) return undefined;
    breakPods(cluster, workload, "unscheduled");
    stall(cluster, workload);
    return { root: present(workload), claims: claimWorkload(cluster, workload) };
  },

  "crash loop of a StatefulSet": (cluster) => {
    const workload = cluster.pickWorkload("StatefulSet");
    if (workload === undefined) return undefined;
    const [pod] = cluster.cluster.podsOf(workload);
    if (pod === undefined) return undefined;
    cluster.run(cluster.cluster.setPod(pod, "crashing"));
    cluster.run(cluster.cluster.syncStatefulSet(workload));
    return { root: present(workload), claims: claimWorkload(cluster, workload) };
  },

  "missing StorageClass": (cluster) => {
    const storageClass = cluster.newName("premium");
    const grown = growWithClaim(cluster, storageClass);
    return grown && {
      root: { kind: "StorageClass", namespace: "", name: storageClass, missing: true },
      claims: grown.claims,
    };
  },

  "claim without a provisioner": (cluster) => {
    const grown = growWithClaim(cluster, "standard");
    return grown && { root: present(grown.claim), claims: grown.claims };
  },

  "lost volume": (cluster) => {
    const claim = cluster.pick("PersistentVolumeClaim", ({ status }) => status.phase === "Bound");
    const volume = claim && cluster.store.get("PersistentVolume", "", claim.spec.volumeName);
    if (claim === undefined || volume === undefined) return undefined;
    cluster.run(cluster.cluster.remove(volume));
    cluster.change(claim, (object) => object.status.phase = "Lost");
    return {
      root: { kind: "PersistentVolume", namespace: "", name: volume.metadata.name, missing: true },
      claims: cluster.claim([claim]),
    };
  },

  "CronJob whose last run failed": (cluster) => {
    const cronJob = cluster.pick("CronJob", ({ spec }) => !spec.suspend);
    if (cronJob === undefined) return undefined;
    const { namespace = "", uid } = cronJob.metadata;
    const jobs = cluster.store.list("Job", namespace).filter(({ metadata }) =>
      metadata.ownerReferences?.some((owner) => owner.uid === uid)
    );
    const newest = jobs.sort((left, right) => createdAt(left) < createdAt(right) ? 1 : -1)[0];
    if (newest === undefined) return undefined;
    const pods = cluster.cluster.podsOf(newest);
    cluster.change(newest, (object) => {
      object.status = jobStatus(cluster.scene, "failed", object.status.startTime);
    });
    for (const pod of pods) cluster.run(cluster.cluster.setPod(pod, "failed"));
    return { root: present(cronJob), claims: cluster.claim([cronJob, newest, ...pods]) };
  },

  "scaler without metrics": (cluster) => {
    // Of a workload that runs: a scaler has no metrics of Pods that are not ready, which is no fault of its own.
    const workload = cluster.pickWorkload("Deployment", (it) => scalerOf(cluster, it) !== undefined);
    const scaler = workload && scalerOf(cluster, workload);
    if (workload === undefined || scaler === undefined) return undefined;
    cluster.change(scaler, ({ status }) => {
      const condition = status.conditions.find(({ type }: { type: string }) => type === "ScalingActive");
      Object.assign(condition, { status: "False", reason: "FailedGetResourceMetric" });
    });
    claimWorkload(cluster, workload);
    return { root: present(scaler), claims: cluster.claim([scaler]) };
  },

  "Service that selects nothing behind an Ingress": (cluster) => {
    const ingress = cluster.pick("Ingress", (it) => serviceBehind(cluster, it) !== undefined);
    const service = ingress && serviceBehind(cluster, ingress);
    if (ingress === undefined || service === undefined) return undefined;
    cluster.change(service, ({ spec }) => spec.selector = { "app.kubernetes.io/name": "renamed" });
    const { namespace = "", name } = service.metadata;
    const slices = cluster.store.select("EndpointSlice", namespace, { "kubernetes.io/service-name": name });
    for (const slice of slices) cluster.change(slice, (object) => object.endpoints = []);
    return { root: present(service), claims: cluster.claim([service, ingress, ...slices]) };
  },

  "Ingress to a missing Service": (cluster) => {
    const ingress = cluster.pick("Ingress");
    if (ingress === undefined) return undefined;
    const name = cluster.newName("retired");
    cluster.change(ingress, ({ spec }) => spec.rules[0].http.paths[0].backend.service.name = name);
    return { root: missing("Service", ingress, name), claims: cluster.claim([ingress]) };
  },

  "failed Helm upgrade": (cluster) => {
    const latest = cluster.pick(
      "Secret",
      ({ metadata: { labels = {} } }) => labels["owner"] === "helm" && labels["status"] === "deployed",
    );
    if (latest === undefined) return undefined;
    const { name: release = "", version } = latest.metadata.labels ?? {};
    const next = Number(version) + 1;
    const name = `sh.helm.release.v1.${release}.v${next}`;
    const { uid: _uid, resourceVersion: _version, ...metadata } = latest.metadata;
    const failed = cluster.store.create({
      ...latest,
      metadata: {
        ...metadata,
        name,
        labels: { ...metadata.labels, status: "failed", version: String(next) },
        uid: cluster.random.uuid(),
        creationTimestamp: cluster.scene.time(1200),
      },
    });
    return { root: present(failed), claims: cluster.claim([failed, latest]) };
  },

  "quota that blocks a rollout": (cluster) => {
    const workload = cluster.pickWorkload("Deployment");
    if (workload === undefined) return undefined;
    refuse(cluster, workload, 'pods "x" is forbidden: exceeded quota: compute, requested: limits.memory=1Gi');
    return { root: present(workload), claims: claimWorkload(cluster, workload) };
  },

  "missing ServiceAccount": (cluster) => {
    const workload = cluster.pickWorkload("Deployment");
    if (workload === undefined) return undefined;
    const name = cluster.newName("robot");
    const set = currentSetOf(cluster, workload);
    // A new installation has no Pods at all, an updated one still has the old ones.
    const isNew = cluster.random.chance(0.5);
    for (const pod of isNew ? cluster.cluster.podsOf(set) : []) cluster.run(cluster.cluster.remove(pod));
    for (const object of [workload, set]) {
      cluster.change(object, ({ spec }) => spec.template.spec.serviceAccountName = name);
    }
    refuse(cluster, workload, `pods "x" is forbidden: serviceaccount "${name}" not found`);
    return { root: missing("ServiceAccount", workload, name), claims: claimWorkload(cluster, workload) };
  },

  "missing PriorityClass": (cluster) => {
    const workload = cluster.pickWorkload("Deployment");
    if (workload === undefined) return undefined;
    const name = cluster.newName("urgent");
    for (const object of [workload, currentSetOf(cluster, workload)]) {
      cluster.change(object, ({ spec }) => spec.template.spec.priorityClassName = name);
    }
    refuse(cluster, workload, `pods "x" is forbidden: no PriorityClass with name ${name} was found`);
    return {
      root: { kind: "PriorityClass", namespace: "", name, missing: true },
      claims: claimWorkload(cluster, workload),
    };
  },

  "node that does not answer": (cluster) => {
    const node = cluster.pick("Node");
    if (node === undefined) return undefined;
    cluster.change(node, ({ status }) => {
      const ready = status.conditions.find(({ type }: { type: string }) => type === "Ready");
      Object.assign(ready, { status: "Unknown", reason: "NodeStatusUnknown" });
    });
    const on = ({ spec, status }: KubeObject) =>
      spec.nodeName === node.metadata.name && status.phase === "Running";
    const claims = cluster.claim([node]);
    for (const kind of ["Deployment", "StatefulSet"]) {
      // The Pods of a workload with another fault stay as they are, so that each problem has one truth.
      for (
        const workload of cluster.store.list(kind).filter((it) =>
          isHealthy(it) && !cluster.isClaimed(cluster.followersOf(it).map(keyOf))
        )
      ) {
        const owner = kind === "Deployment" ? currentSetOf(cluster, workload) : workload;
        const pods = cluster.cluster.podsOf(owner).filter(on);
        if (pods.length === 0) continue;
        for (const pod of pods) cluster.run(cluster.cluster.setPod(pod, "unready"));
        cluster.run(
          kind === "Deployment"
            ? cluster.cluster.syncDeployment(workload)
            : cluster.cluster.syncStatefulSet(workload),
        );
        claims.push(...claimWorkload(cluster, workload));
      }
    }
    return { root: present(node), claims };
  },

  "webhook whose Service is down": (cluster) => {
    const server = cluster.pickWorkload(
      "Deployment",
      ({ metadata }) => metadata.namespace === "kube-system" && metadata.name === "policy-webhook",
    );
    if (server === undefined) return undefined;
    const pods = cluster.cluster.podsOf(currentSetOf(cluster, server));
    for (const pod of pods) cluster.run(cluster.cluster.setPod(pod, "crashing"));
    cluster.run(cluster.cluster.syncDeployment(server));
    const claims = claimWorkload(cluster, server);
    const refused = cluster.pickWorkload("Deployment");
    if (refused !== undefined) {
      refuse(
        cluster,
        refused,
        'Internal error occurred: failed calling webhook "validate.policy.example.com": failed to call webhook: ' +
          'Post "https://policy-webhook.kube-system.svc:443/validate": no endpoints available for service',
      );
      claims.push(...claimWorkload(cluster, refused));
    }
    return { root: present(server), claims };
  },

  "two faults in one workload": (cluster) => {
    const workload = cluster.pickWorkload("Deployment");
    if (workload === undefined) return undefined;
    const name = cluster.newName("licence");
    referTo(cluster, workload, { envFrom: { secretRef: { name } } });
    breakPods(cluster, workload, "bad-image");
    return [
      { root: missing("Secret", workload, name), claims: [] },
      { root: present(workload), claims: claimWorkload(cluster, workload) },
    ];
  },

  "budget that cannot be computed": (cluster) => {
    const budget = cluster.pick("PodDisruptionBudget");
    if (budget === undefined) return undefined;
    cluster.change(budget, ({ status }) => {
      Object.assign(status.conditions[0], {
        status: "False",
        reason: "SyncFailed",
        message: "found no scale",
      });
    });
    return { root: present(budget), claims: cluster.claim([budget]) };
  },
};

function present(object: KubeObject): Root {
  return { ...keyOf(object), missing: false };
}

function missing(kind: string, { metadata: { namespace = "" } }: KubeObject, name: string): Root {
  return { kind, namespace, name, missing: true };
}

function claimWorkload(cluster: FaultyCluster, workload: KubeObject): ObjectKey[] {
  return cluster.claim(cluster.followersOf(workload));
}

function again(cluster: FaultyCluster, { kind, metadata: { namespace = "", name } }: KubeObject): KubeObject {
  return cluster.store.get(kind, namespace, name) as KubeObject;
}

function currentSetOf(cluster: FaultyCluster, deployment: KubeObject): KubeObject {
  const set = cluster.cluster.replicaSetsOf(deployment).find(({ spec }) => spec.replicas > 0);
  if (set === undefined) throw new Error(`${deployment.metadata.name} has no ReplicaSet`);
  return set;
}

/** Adds a reference to the template of a Deployment, its current ReplicaSet and their Pods. */
function referTo(cluster: FaultyCluster, deployment: KubeObject, { envFrom }: { envFrom: object }): void {
  const set = currentSetOf(cluster, deployment);
  const add = (spec: KubeObject["spec"]) => {
    const [container] = spec.containers;
    container.envFrom = [...container.envFrom ?? [], envFrom];
  };
  for (const object of [deployment, set]) cluster.change(object, ({ spec }) => add(spec.template.spec));
  for (const pod of cluster.cluster.podsOf(set)) cluster.change(pod, ({ spec }) => add(spec));
}

/** Brings some or all Pods of a Deployment into the state. */
function breakPods(cluster: FaultyCluster, deployment: KubeObject, state: PodState, missing = ""): void {
  const pods = cluster.cluster.podsOf(currentSetOf(cluster, deployment));
  for (const pod of pods.slice(0, cluster.random.between(1, pods.length))) {
    if (state === "unscheduled") cluster.change(pod, ({ spec }) => delete spec.nodeName);
    cluster.run(cluster.cluster.setPod(pod, state, { missing }));
  }
  cluster.run(cluster.cluster.syncDeployment(deployment));
}

/** Lets the deadline of a rollout pass. */
function stall(cluster: FaultyCluster, deployment: KubeObject): void {
  cluster.change(deployment, ({ status }) => {
    const condition = status.conditions.find(({ type }: { type: string }) => type === "Progressing");
    Object.assign(condition, { status: "False", reason: "ProgressDeadlineExceeded" });
  });
}

/** Lets the API server refuse the next Pods of a Deployment. */
function refuse(cluster: FaultyCluster, deployment: KubeObject, message: string): void {
  const set = currentSetOf(cluster, deployment);
  const pods = cluster.cluster.podsOf(set);
  const desired = Math.max(pods.length + 1, deployment.spec.replicas);
  const condition = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message };
  for (const object of [deployment, set]) {
    cluster.change(object, ({ spec }) => spec.replicas = desired);
  }
  cluster.change(set, (object) => {
    const counts = { replicas: pods.length, ready: pods.length };
    object.status = { ...replicaSetStatus(object.metadata.generation ?? 1, counts), conditions: [condition] };
  });
  cluster.run(cluster.cluster.syncDeployment(deployment));
  for (const object of [deployment, set]) {
    cluster.change(object, ({ status }) => {
      status.conditions = [...status.conditions ?? [], condition];
    });
  }
}

/** Adds a replica to a StatefulSet, whose claim is never bound. */
function growWithClaim(
  cluster: FaultyCluster,
  storageClass: string,
): { claim: KubeObject; claims: ObjectKey[] } | undefined {
  const workload = cluster.pickWorkload("StatefulSet");
  if (workload === undefined) return undefined;
  const { namespace = "", name } = workload.metadata;
  const at: number = workload.spec.replicas;
  const podName = `${name}-${at}`;
  cluster.run(cluster.cluster.setReplicas(workload, at + 1));
  const claim = cluster.store.create(makeClaim({
    meta: {
      name: `data-${podName}`,
      namespace,
      uid: cluster.random.uuid(),
      creationTimestamp: cluster.scene.time(1200),
      labels: workload.spec.selector.matchLabels,
    },
    storageClass,
  }));
  const pod = cluster.cluster.createPod(workload, {
    name: podName,
    state: "unscheduled",
    age: 1200,
    claims: { data: claim.metadata.name },
    labels: { "statefulset.kubernetes.io/pod-name": podName },
  });
  for (const _step of pod);
  cluster.run(cluster.cluster.syncStatefulSet(workload));
  return { claim, claims: [...claimWorkload(cluster, workload), ...cluster.claim([claim])] };
}

function serviceBehind(cluster: FaultyCluster, { metadata: { namespace = "" }, spec }: KubeObject) {
  const { name } = spec.rules[0].http.paths[0].backend.service;
  const service = cluster.store.get("Service", namespace, name);
  return service === undefined || cluster.isClaimed([keyOf(service)]) ? undefined : service;
}

function scalerOf(cluster: FaultyCluster, { metadata: { namespace = "", name } }: KubeObject) {
  const scaler = cluster.store.get("HorizontalPodAutoscaler", namespace, name);
  return scaler === undefined || cluster.isClaimed([keyOf(scaler)]) ? undefined : scaler;
}

function createdAt({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? "";
}
