/** Content that is in several files under deploy/, because one of them cannot read the other. */
import { assert, assertEquals } from "@std/assert";
import { loadAll } from "js-yaml";
import type { Manifest } from "../support/kubectl.ts";

const COPIES: readonly [original: string, copy: string][] = [
  ["redis.conf", "kubernetes/components/redis/redis.conf"],
  ["redis/start.sh", "kubernetes/components/redis/start.sh"],
  ["redis.conf", "kubernetes/components/redis-sentinel/redis.conf"],
  ["redis/replication.conf", "kubernetes/components/redis-sentinel/replication.conf"],
  ["redis/sentinel.conf", "kubernetes/components/redis-sentinel/sentinel.conf"],
  ["redis/replicated.sh", "kubernetes/components/redis-sentinel/replicated.sh"],
  ["redis/backup.sh", "kubernetes/components/backup/backup.sh"],
  ["redis/restore.sh", "kubernetes/components/backup/restore.sh"],
];

for (const [original, copy] of COPIES) {
  Deno.test(`deploy/${copy}, is a copy of deploy/${original}`, () => {
    assertEquals(Deno.readTextFileSync(`deploy/${copy}`), Deno.readTextFileSync(`deploy/${original}`));
  });
}

for (const component of ["redis", "redis-sentinel"]) {
  Deno.test(`The Pod of the component ${component}, may use twice the maxmemory of redis.conf`, () => {
    const [statefulSet] = loadAll(
      Deno.readTextFileSync(`deploy/kubernetes/components/${component}/redis.yaml`),
    ) as Manifest[];
    const limit = statefulSet.spec.template.spec.containers[0].resources.limits.memory;
    const [, maxmemory] = /^maxmemory (\d+)mb$/m.exec(Deno.readTextFileSync("deploy/redis.conf")) ?? [];
    assert(parseInt(limit) >= 2 * Number(maxmemory), `${limit} is too little for maxmemory ${maxmemory}mb`);
  });
}
