import type { KubeObject } from "../kube_object.ts";
import type { Cluster, Steps } from "./cluster.ts";

/** A sequence of changes to an object of a kind. It leaves the object healthy. */
export interface Story {
  readonly about: string;
  /** Reports whether the story suits this object. */
  suits(object: KubeObject): boolean;
  tell(cluster: Cluster, object: KubeObject): Steps;
}
