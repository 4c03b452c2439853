/** The memory of Redis in the manifests, compared with its configuration. */
import { assert } from "@std/assert";
import { loadAll } from "js-yaml";
import type { Manifest } from "../support/kubectl.ts";

for (const component of ["redis", "redis-sentinel"]) {
  Deno.test(`The Pod of the component ${component}, may use twice the maxmemory of redis.conf`, () => {
    const [statefulSet] = loadAll(
      Deno.readTextFileSync(`deploy/kubernetes/components/${component}/redis.yaml`),
    ) as Manifest[];
    const limit = statefulSet.spec.template.spec.containers[0].resources.limits.memory;
    const [, maxmemory] =
      /^maxmemory (\d+)mb$/m.exec(Deno.readTextFileSync("deploy/helm/astrolabe/files/redis/redis.conf")) ??
        [];
    assert(parseInt(limit) >= 2 * Number(maxmemory), `${limit} is too little for maxmemory ${maxmemory}mb`);
  });
}
