import type { KubeObject } from "../kube_object.ts";
import { type Application, appMeta, managed, selectorLabels } from "./metadata.ts";
import type { Scene } from "./scene.ts";

export interface ScalerOptions {
  readonly target: KubeObject;
  readonly replicas: number;
  /** Whether it gets the metrics that it scales by. */
  readonly active: boolean;
}

export function makeScaler(
  scene: Scene,
  app: Application,
  { target, replicas, active }: ScalerOptions,
): KubeObject {
  const lastTransitionTime = scene.time(app.age);
  const condition = (type: string, holds: boolean, reason: string) => ({
    type,
    status: holds ? "True" : "False",
    lastTransitionTime,
    reason,
    message: `${type} is ${holds ? "True" : "False"}: ${reason}`,
  });
  return managed({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: appMeta(scene, app, app.name),
    spec: {
      scaleTargetRef: { apiVersion: target.apiVersion, kind: target.kind, name: target.metadata.name },
      minReplicas: 1,
      maxReplicas: replicas + 5,
      metrics: [{
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
      }],
    },
    status: {
      currentReplicas: replicas,
      desiredReplicas: replicas,
      currentMetrics: null,
      conditions: [
        condition("AbleToScale", true, "ReadyForNewScale"),
        condition("ScalingActive", active, active ? "ValidMetricFound" : "FailedGetResourceMetric"),
        condition("ScalingLimited", false, "DesiredWithinRange"),
      ],
    },
  }, "helm");
}

export function makeDisruptionBudget(
  scene: Scene,
  app: Application,
  { pods, healthy }: { readonly pods: number; readonly healthy: number },
): KubeObject {
  const desiredHealthy = Math.max(0, pods - 1);
  const allowed = Math.max(0, healthy - desiredHealthy);
  return managed({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { ...appMeta(scene, app, app.name), generation: 1 },
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(app) } },
    status: {
      observedGeneration: 1,
      expectedPods: pods,
      currentHealthy: healthy,
      desiredHealthy,
      disruptionsAllowed: allowed,
      conditions: [{
        type: "DisruptionAllowed",
        status: allowed > 0 ? "True" : "False",
        observedGeneration: 1,
        lastTransitionTime: scene.time(app.age),
        reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
        message: "",
      }],
    },
  }, "helm");
}
