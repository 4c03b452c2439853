/** The components with a backup: their Jobs reach the Redis that is there, and restore to its volumes. */
import { assert, assertEquals } from "@std/assert";
import { apiServerAvailable } from "../support/api_server.ts";
import { makeOverlay, type Manifest, render } from "../support/kubectl.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const SECRETS = ["astrolabe-redis", "astrolabe-redis-tls"];

for (
  const components of [
    ["redis", "backup"],
    ["redis-sentinel", "backup-sentinel"],
    ["redis-sentinel", "backup-sentinel", "redis-sentinel-tls"],
  ]
) {
  Deno.test(
    `Backup of ${components.join(" + ")}, asks the Redis of the overlay and restores to its volume${skipped}`,
    { ignore: !apiServerAvailable },
    async () => {
      const overlay = await makeOverlay(components);
      const manifests = await render(overlay);
      await Deno.remove(overlay, { recursive: true });
      const [redis] = named(manifests, "StatefulSet");
      const [backup, restore] = named(manifests, "CronJob");

      const [container] = podOf(backup).spec.containers;
      const host = container.command[container.command.indexOf("-h") + 1];
      const service = named(manifests, "Service").find(({ metadata }) => metadata.name === host);
      assert(service !== undefined, `there is no Service ${host}`);
      assertEquals(service.spec.selector, redis.spec.selector.matchLabels);

      const policies = named(manifests, "NetworkPolicy").filter(({ spec }) =>
        selects(spec.podSelector, redis.spec.template.metadata.labels)
      );
      const peers = policies.flatMap(({ spec }) => spec.ingress).flatMap(({ from }) => from);
      assert(peers.some(({ podSelector }) => selects(podSelector, podOf(backup).metadata.labels)));

      const claims = new Set(claimNames(manifests));
      const volumes = [backup, restore].flatMap((job) => podOf(job).spec.volumes);
      const used = volumes.flatMap((it) => it.persistentVolumeClaim?.claimName ?? []);
      assertEquals(used.filter((name) => !claims.has(name)), []);
      assert(used.includes(`data-${redis.metadata.name}-0`));

      const configMaps = named(manifests, "ConfigMap").map(({ metadata }) => metadata.name);
      assertEquals(
        volumes.flatMap((it) => it.configMap?.name ?? []).filter((name) => !configMaps.includes(name)),
        [],
      );
      const secrets = volumes.flatMap((it) => it.secret?.secretName ?? []);
      assertEquals(secrets.filter((name) => !SECRETS.includes(name)), []);

      const speaksTls = JSON.stringify(redis).includes("REDIS_TLS_FOLDER");
      assertEquals(container.command.includes("--tls"), speaksTls);
      if (speaksTls) {
        const file: string = container.command[container.command.indexOf("--cacert") + 1];
        const mount = container.volumeMounts.find((it: Manifest) => file.startsWith(`${it.mountPath}/`));
        assert(mount !== undefined, `nothing is mounted at ${file}`);
      }
    },
  );
}

function named(manifests: readonly Manifest[], kind: string): Manifest[] {
  return manifests.filter((it) => it.kind === kind).sort((a, b) =>
    a.metadata.name < b.metadata.name ? -1 : 1
  );
}

function podOf(job: Manifest): Manifest {
  return job.spec.jobTemplate.spec.template;
}

function claimNames(manifests: readonly Manifest[]): string[] {
  const ofPods = named(manifests, "StatefulSet").flatMap(({ metadata, spec }) =>
    spec.volumeClaimTemplates.flatMap((claim: Manifest) =>
      Array.from({ length: spec.replicas ?? 1 }, (_, i) => `${claim.metadata.name}-${metadata.name}-${i}`)
    )
  );
  return [...named(manifests, "PersistentVolumeClaim").map(({ metadata }) => metadata.name), ...ofPods];
}

/** Whether a selector of labels alone matches. */
function selects({ matchLabels }: Manifest, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(matchLabels ?? {}).every(([name, value]) => labels[name] === value);
}
