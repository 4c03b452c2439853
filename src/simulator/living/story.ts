import type { KubeObject } from "../kube_object.ts";
import type { Cluster, Steps } from "./cluster.ts";

/** Something that happens to an object of a kind, from its beginning to an end that leaves it healthy. */
export interface Story {
  readonly about: string;
  /** Whether it can happen to this one. */
  suits(object: KubeObject): boolean;
  tell(cluster: Cluster, object: KubeObject): Steps;
}
