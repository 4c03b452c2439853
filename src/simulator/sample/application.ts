/**
 * Makes the objects of each type of sample application, healthy or with a fault.
 */
import type { KubeObject } from "../kube_object.ts";
import { makeCronJob, makeJob } from "./jobs.ts";
import { type Application, appMeta } from "./metadata.ts";
import { makeEndpointSlice, makeIngress, makeService } from "./network.ts";
import { makePod, podTemplate, type TemplateOptions } from "./pod.ts";
import type { PodState } from "./pod_status.ts";
import { makeDisruptionBudget, makeScaler } from "./policies.ts";
import type { Scene } from "./scene.ts";
import {
  makeConfigMap,
  makeReleaseSecret,
  makeSecret,
  makeServiceAccount,
  settingsText,
} from "./settings.ts";
import { makeClaim, makeVolume } from "./storage.ts";
import { SHARED } from "./surroundings.ts";
import {
  deploymentStatus,
  makeDaemonSet,
  makeDeployment,
  makeReplicaSet,
  makeStatefulSet,
  replicaSetStatus,
  REVISION,
} from "./workloads.ts";

export const APPLICATION_TYPES = ["web", "worker", "database", "batch", "agent"] as const;

export type ApplicationType = typeof APPLICATION_TYPES[number];

const PORT = 8080;
const BROKEN = 0.08;

/** Returns all objects of an application. The target of a reference comes before its source. */
export function install(scene: Scene, app: Application, type: ApplicationType): KubeObject[] {
  const { random } = scene;
  const parts = settings(scene, app);
  switch (type) {
    case "web":
      return [...parts.objects, ...webApplication(scene, app, parts.template)];
    case "worker":
      return [...parts.objects, ...deployment(scene, app, parts.template, random.between(1, 5)).objects];
    case "database":
      return [...parts.objects, ...database(scene, app, parts.template)];
    case "batch":
      return [...parts.objects, ...batch(scene, app, parts.template)];
    case "agent":
      return [...parts.objects, ...agent(scene, app, parts.template)];
  }
}

function settings(scene: Scene, app: Application): { objects: KubeObject[]; template: TemplateOptions } {
  const { random } = scene;
  const meta = (suffix = "") => appMeta(scene, app, app.name + suffix);
  const revisions = app.helm ? random.between(1, 2) : 0;
  const objects = [
    makeServiceAccount(meta(), { pullSecrets: [SHARED.pullSecret] }),
    makeConfigMap(meta("-config"), { "application.yaml": settingsText(scene, 1200) }),
    makeSecret(meta("-credentials"), {
      type: "Opaque",
      data: { username: app.name, password: random.hex(24) },
    }),
    ...Array.from(
      { length: revisions },
      (_, at) => makeReleaseSecret(scene, app, { revision: at + 1, latest: at + 1 === revisions }),
    ),
  ];
  const template = {
    serviceAccount: app.name,
    configMaps: [`${app.name}-config`, ...(random.chance(0.5) ? [SHARED.settings] : [])],
    secrets: [`${app.name}-credentials`],
    pullSecret: SHARED.pullSecret,
  };
  return { objects, template };
}

function webApplication(scene: Scene, app: Application, options: TemplateOptions): KubeObject[] {
  const { random } = scene;
  const { objects, workload, pods, ready } = deployment(
    scene,
    app,
    { ...options, port: PORT },
    random.between(2, 6),
  );
  const service = makeService(scene, app, {
    name: app.name,
    port: PORT,
    type: random.chance(0.05) ? "LoadBalancer" : "ClusterIP",
    ...(scene.breaks(0.02) ? { selector: { "app.kubernetes.io/name": "renamed-meanwhile" } } : {}),
  });
  const selected = service.spec.selector["app.kubernetes.io/name"] === app.chart ? pods : [];
  const replicas = workload.spec.replicas;
  return [
    service,
    ...objects,
    makeEndpointSlice(scene, service, selected),
    ...(random.chance(0.6)
      ? [makeIngress(scene, app, {
        service: scene.breaks(0.02) ? `${app.name}-old` : app.name,
        tlsSecret: SHARED.tlsSecret,
      })]
      : []),
    ...(random.chance(0.4)
      ? [makeScaler(scene, app, { target: workload, replicas, active: random.chance(0.95) || scene.healthy })]
      : []),
    ...(random.chance(0.4) ? [makeDisruptionBudget(scene, app, { pods: pods.length, healthy: ready })] : []),
  ];
}

interface Deployed {
  readonly objects: KubeObject[];
  readonly workload: KubeObject;
  readonly pods: readonly KubeObject[];
  readonly ready: number;
}

function deployment(scene: Scene, app: Application, options: TemplateOptions, replicas: number): Deployed {
  const { random } = scene;
  const state: PodState = scene.breaks(BROKEN)
    ? random.pick(["crashing", "missing-config", "bad-image"])
    : "running";
  const missing = `${app.name}-features`;
  const configMaps = state === "missing-config" ? [missing, ...options.configMaps] : options.configMaps;
  const workload = makeDeployment(scene, app, {
    template: podTemplate(scene, app, { ...options, configMaps }),
    replicas,
  });

  const earlier = random.between(1, 2);
  workload.metadata.annotations = { ...workload.metadata.annotations, [REVISION]: String(earlier + 1) };
  const sets = Array.from({ length: earlier + 1 }, (_, at) =>
    makeReplicaSet(scene, workload, {
      replicas: at === earlier ? replicas : 0,
      revision: at + 1,
      age: Math.floor(app.age / (at + 1)),
      ...(at === earlier ? {} : { tag: `0.${at + 1}.0` }),
    }));
  const current = sets[earlier] as KubeObject;
  const names = new Set<string>();
  const pods = Array.from({ length: replicas }, () =>
    makePod(scene, current, {
      name: podName(scene, current, names),
      age: Math.floor(app.age / (earlier + 1 + random.float())),
      state,
      missing,
      ...(state === "running" && random.chance(0.1) ? { restarts: random.between(1, 5) } : {}),
    }));
  const ready = state === "running" ? replicas : 0;
  const counts = { replicas, updated: replicas, ready };
  workload.status = deploymentStatus(workload, counts, { stuck: state === "bad-image" });
  current.status = replicaSetStatus(1, { replicas, ready });
  return { objects: [workload, ...sets, ...pods], workload, pods, ready };
}

function database(scene: Scene, app: Application, options: TemplateOptions): KubeObject[] {
  const { random } = scene;
  const storageClass = random.pick(["standard", "fast"]);
  const replicas = random.between(1, 3);
  const waiting = scene.breaks(BROKEN) ? 1 : 0;
  const service = makeService(scene, app, { name: `${app.name}-headless`, port: PORT, headless: true });
  const workload = makeStatefulSet(scene, app, {
    template: podTemplate(scene, app, { ...options, port: PORT }),
    replicas,
    ready: replicas - waiting,
    serviceName: service.metadata.name,
    storageClass,
  });

  const storage: KubeObject[] = [];
  const pods = Array.from({ length: replicas }, (_, at) => {
    const name = `${app.name}-${at}`;
    const pending = at >= replicas - waiting;
    const claimName = `data-${name}`;
    const volumeName = `pvc-${random.uuid()}`;
    const claim = makeClaim({
      meta: appMeta(scene, { ...app, helm: false }, claimName),
      storageClass,
      ...(pending ? {} : { volume: volumeName }),
    });
    storage.push(claim);
    if (!pending) {
      storage.push(makeVolume(scene, claim, { name: volumeName, storageClass, phase: "Bound" }));
    }
    return makePod(scene, workload, {
      name,
      age: Math.floor(app.age / 2),
      state: pending ? "unscheduled" : "running",
      claims: { data: claimName },
      labels: { "apps.kubernetes.io/pod-index": String(at), "statefulset.kubernetes.io/pod-name": name },
    });
  });
  return [
    service,
    workload,
    ...storage,
    ...pods,
    makeEndpointSlice(scene, service, pods),
    ...(random.chance(0.5)
      ? [makeDisruptionBudget(scene, app, { pods: replicas, healthy: replicas - waiting })]
      : []),
  ];
}

function batch(scene: Scene, app: Application, options: TemplateOptions): KubeObject[] {
  const { random } = scene;
  const cronJob = makeCronJob(scene, app, {
    template: podTemplate(scene, app, { ...options, restartPolicy: "Never" }),
    schedule: random.pick(["*/10 * * * *", "0 * * * *", "30 2 * * *"]),
    suspended: random.chance(0.1),
  });
  const failed = scene.breaks(BROKEN);
  const runs = Array.from({ length: 3 }, (_, at) => {
    const age = 600 * (3 - at);
    const fails = failed && at === 2;
    const job = makeJob(scene, cronJob, {
      name: `${app.name}-${29_000_000 + at * 10 + random.below(10)}`,
      state: fails ? "failed" : "complete",
      age,
    });
    const pod = makePod(scene, job, {
      name: `${job.metadata.name}-${random.suffix(5)}`,
      state: fails ? "failed" : "succeeded",
      age,
    });
    return [job, pod];
  });
  return [cronJob, ...runs.flat()];
}

function agent(scene: Scene, app: Application, options: TemplateOptions): KubeObject[] {
  const agentTemplate = podTemplate(scene, app, { ...options, port: PORT });
  agentTemplate.spec.priorityClassName = "system-node-critical";
  const workload = makeDaemonSet(scene, app, {
    template: agentTemplate,
    replicas: scene.nodes.length,
  });
  const names = new Set<string>();
  const pods = scene.nodes.map((node) => {
    const pod = makePod(scene, workload, {
      name: podName(scene, workload, names),
      age: app.age,
      state: "running",
    });
    pod.spec.nodeName = node;
    return pod;
  });
  return [workload, ...pods];
}

/** Returns a name for a Pod of the owner that is not among `names`, and adds it to them. */
function podName(scene: Scene, owner: KubeObject, names: Set<string>): string {
  const name = scene.generateName(`${owner.metadata.name}-`, (name) => names.has(name));
  names.add(name);
  return name;
}
