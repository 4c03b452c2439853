import type { KubeObject } from "../kube_object.ts";
import { type Application, appMeta, managed, ownedMeta, selectorLabels } from "./metadata.ts";
import type { Scene } from "./scene.ts";

export interface ServiceOptions {
  readonly name: string;
  readonly port: number;
  readonly type?: "ClusterIP" | "LoadBalancer";
  readonly headless?: boolean;
  /** The selector, if it is not the one for the application's Pods. */
  readonly selector?: Readonly<Record<string, string>>;
}

export function makeService(scene: Scene, app: Application, options: ServiceOptions): KubeObject {
  const { name, port, type = "ClusterIP", headless = false, selector = selectorLabels(app) } = options;
  const address = headless ? "None" : scene.serviceAddress();
  const nodePort = type === "LoadBalancer" ? { nodePort: scene.random.between(30_000, 32_767) } : {};
  return managed({
    apiVersion: "v1",
    kind: "Service",
    metadata: appMeta(scene, app, name),
    spec: {
      type,
      clusterIP: address,
      clusterIPs: [address],
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      internalTrafficPolicy: "Cluster",
      ...(type === "LoadBalancer"
        ? { allocateLoadBalancerNodePorts: true, externalTrafficPolicy: "Cluster" }
        : {}),
      ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: port, ...nodePort }],
      selector,
      sessionAffinity: "None",
    },
    status: {
      loadBalancer: type === "LoadBalancer" && (scene.random.chance(0.8) || scene.healthy)
        ? { ingress: [{ ip: `203.0.113.${scene.random.between(1, 254)}`, ipMode: "VIP" }] }
        : {},
    },
  }, "helm");
}

/** Returns the EndpointSlice of a Service with these Pods. */
export function makeEndpointSlice(
  scene: Scene,
  service: KubeObject,
  pods: readonly KubeObject[],
): KubeObject {
  const { name, labels, creationTimestamp } = service.metadata;
  const { targetPort } = service.spec.ports[0];
  return managed({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      ...ownedMeta(scene, service, {
        name: `${name}-${scene.random.suffix(5)}`,
        age: scene.age(creationTimestamp as string),
        labels: {
          ...labels,
          "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
          "kubernetes.io/service-name": name,
        },
      }),
      generateName: `${name}-`,
      generation: 1,
    },
    addressType: "IPv4",
    endpoints: endpointsOf(pods),
    ports: [{ name: "http", port: targetPort, protocol: "TCP" }],
  }, "kube-controller-manager");
}

/** Leaves out Pods without an address. */
export function endpointsOf(pods: readonly KubeObject[]): object[] {
  return pods.filter(({ status }) => status.podIP !== undefined).map((pod) => {
    const ready = isReady(pod);
    return {
      addresses: [pod.status.podIP],
      conditions: { ready, serving: ready, terminating: false },
      nodeName: pod.spec.nodeName,
      targetRef: {
        kind: "Pod",
        namespace: pod.metadata.namespace,
        name: pod.metadata.name,
        uid: pod.metadata.uid,
      },
    };
  });
}

export function isReady({ status }: KubeObject): boolean {
  return status.conditions.some(({ type, status }: { type: string; status: string }) =>
    type === "Ready" && status === "True"
  );
}

export interface IngressOptions {
  readonly service: string;
  readonly tlsSecret: string;
}

export function makeIngress(
  scene: Scene,
  app: Application,
  { service, tlsSecret }: IngressOptions,
): KubeObject {
  const host = `${app.name}.${app.namespace}.example.com`;
  const backend = { service: { name: service, port: { name: "http" } } };
  return managed({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { ...appMeta(scene, app, app.name), generation: 1 },
    spec: {
      ingressClassName: "nginx",
      rules: [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
      tls: [{ hosts: [host], secretName: tlsSecret }],
    },
    status: { loadBalancer: scene.random.chance(0.9) ? { ingress: [{ ip: "203.0.113.10" }] } : {} },
  }, "helm");
}
