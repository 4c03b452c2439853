/**
 * A realistic cluster of any size: namespaces with and without Helm releases, objects that releases share,
 * and some broken ones. The same options give the same objects, uids included.
 *
 * The objects are complete, as an API server stores them. Only the resourceVersion is missing, because the
 * API server assigns it. Apart from the broken objects, controllers would find nothing to correct.
 */
import type { KubeObject } from "./kube_object.ts";
import { Random } from "./random.ts";
import { type ApplicationType, install } from "./sample/application.ts";
import { type Application, appMeta } from "./sample/metadata.ts";
import { makeLimits, makeNodes, makePlatform, makePriorityClasses } from "./sample/platform.ts";
import { Scene } from "./sample/scene.ts";
import { makeScenes } from "./sample/scenes.ts";
import { makeConfigMap } from "./sample/settings.ts";
import { makeClaim, makeStorageClass, makeVolume } from "./sample/storage.ts";
import { surroundings } from "./sample/surroundings.ts";

export interface SampleClusterOptions {
  /** The exact number of objects. */
  readonly objects: number;
  readonly seed?: number;
  /** The time that ages count from, in milliseconds since 1970. Default: now. */
  readonly now?: number;
  /** Leaves out everything that is broken or left over. Default: false. */
  readonly healthy?: boolean;
}

const DAY = 86_400;
const TEAMS = [
  "payments",
  "checkout",
  "catalog",
  "search",
  "identity",
  "shipping",
  "billing",
  "inventory",
  "reviews",
  "analytics",
  "media",
  "messaging",
  "pricing",
  "fraud",
  "support",
  "reporting",
  "mobile",
  "partners",
];
const STAGES = ["", "-staging", "-dev", "-qa", "-perf", "-sandbox"];
const NAMES: Record<ApplicationType, readonly string[]> = {
  web: ["api", "frontend", "gateway", "admin", "graphql", "webhooks", "backoffice"],
  worker: ["worker", "consumer", "indexer", "mailer", "scheduler"],
  database: ["postgresql", "redis", "rabbitmq", "mongodb", "opensearch"],
  batch: ["cleanup", "export", "invoices", "backup"],
  agent: ["node-proxy", "node-exporter"],
};
/**
 * Each team installs these charts under the chart's own name, so the release name alone does not say which
 * release is meant. All other release names begin with their namespace and are unique in the cluster.
 */
const INSTALLED_UNDER_OWN_NAME = new Set(["mailer", "postgresql", "redis"]);
/** The smallest cluster with the faults of a demo. Smaller ones would consist mostly of these faults. */
export const SHOWS_FAULTS_FROM = 1_000;
const OF_THE_FAULTS = 0x7363656e;
/** One in this number of namespaces has limits and a policy. */
const LIMITED = 4;
/** The frequency of a type is the number of its entries here. */
const MIX: readonly ApplicationType[] = [
  ...Array<ApplicationType>(9).fill("web"),
  ...Array<ApplicationType>(5).fill("worker"),
  ...Array<ApplicationType>(3).fill("database"),
  ...Array<ApplicationType>(3).fill("batch"),
];

export function* sampleCluster(options: SampleClusterOptions): Generator<KubeObject, void> {
  const { objects, seed = 1, now = Date.now(), healthy } = options;
  const random = new Random(seed);
  const world = { nodes: Math.ceil(objects / 100), now: () => now, healthy };
  const scene = new Scene(random, world);
  let left = objects;

  const calm = { ...world, healthy: true };
  const scenes = {
    scene,
    platform: new Scene(new Random(~seed), calm),
    faults: new Scene(new Random(~seed ^ OF_THE_FAULTS), calm),
  };
  for (const part of parts(scenes, objects)) {
    if (part.length > left) break;
    left -= part.length;
    yield* part;
  }
  const creationTimestamp = scene.time(DAY);
  for (; left > 0; left--) {
    const name = `note-${left}`;
    yield makeConfigMap({ name, namespace: "default", uid: random.uuid(), creationTimestamp }, {
      text: name,
    });
  }
}

/**
 * Generates objects that belong together, and more of them than needed. The platform and the faults of a demo
 * have separate scenes, so that changes to these do not change the applications.
 */
function* parts(
  { scene, platform, faults }: { readonly scene: Scene; readonly platform: Scene; readonly faults: Scene },
  objects: number,
): Generator<KubeObject[], void> {
  const { random } = scene;
  yield ["standard", "fast", "archive"].map((name) =>
    makeStorageClass(scene, { name, isDefault: name === "standard" })
  );
  yield surroundings(scene, "default", 400 * DAY);
  yield surroundings(scene, "kube-system", 400 * DAY);
  for (const name of NAMES.agent) {
    yield install(scene, application(scene, "kube-system", { name, chart: name }), "agent");
  }

  yield* platformParts(platform);
  if (!scene.healthy && objects >= SHOWS_FAULTS_FROM) yield* makeScenes(faults);

  let made = 20 + 2 * scene.nodes.length;
  const namespaces = namespaceNames(Math.round(40 * Math.sqrt(objects / 2_000)) - 2);
  for (const [at, namespace] of namespaces.entries()) {
    const part = surroundings(scene, namespace, random.between(10, 400) * DAY);
    yield part;
    if (at % LIMITED === 0) yield makeLimits(platform, namespace);
    const share = (objects - made) / (namespaces.length - at);
    const size = at === namespaces.length - 1 ? Infinity : share * (0.3 + 1.4 * random.float());
    const counts = new Map<string, number>();
    for (let inside = part.length; inside < size;) {
      const type = random.pick(MIX);
      const chart = random.pick(NAMES[type]);
      const count = (counts.get(chart) ?? 0) + 1;
      counts.set(chart, count);
      const name = releaseName(namespace, chart, count);
      const app = application(scene, namespace, { name, chart });
      const installed = [...install(scene, app, type), ...leftovers(scene, app)];
      yield installed;
      inside += installed.length;
      made += installed.length;
    }
    made += part.length;
  }
}

/** Generates the nodes and the other objects of the whole cluster. */
function* platformParts(scene: Scene): Generator<KubeObject[], void> {
  const namespace = "kube-system";
  const webhook = "policy-webhook";
  const metrics = "metrics-server";
  yield makeNodes(scene);
  yield makePriorityClasses(scene);
  for (const name of [webhook, metrics]) {
    yield install(scene, application(scene, namespace, { name, chart: name }), "web");
  }
  yield makePlatform(scene, { namespace, webhook, metrics, agents: NAMES.agent });
}

/** Returns the name of the release that is the `count`th of its chart in the namespace. */
function releaseName(namespace: string, chart: string, count: number): string {
  const name = INSTALLED_UNDER_OWN_NAME.has(chart) ? chart : `${namespace}-${chart}`;
  return count === 1 ? name : `${name}-${count}`;
}

function application(
  scene: Scene,
  namespace: string,
  { name, chart }: { readonly name: string; readonly chart: string },
): Application {
  const { random } = scene;
  return {
    name,
    namespace,
    chart,
    chartVersion: `${random.between(1, 12)}.${random.below(20)}.${random.below(10)}`,
    appVersion: `${random.between(1, 5)}.${random.below(30)}.${random.below(10)}`,
    helm: random.chance(0.85),
    age: random.between(3600, 300 * DAY),
  };
}

/** Returns unused storage. */
function leftovers(scene: Scene, app: Application): KubeObject[] {
  const { random } = scene;
  if (!scene.breaks(0.03)) return [];
  const claim = makeClaim({
    meta: appMeta(scene, { ...app, helm: false }, `${app.name}-backup`),
    storageClass: "archive",
    volume: `pvc-${random.uuid()}`,
  });
  const volume = makeVolume(scene, claim, {
    name: claim.spec.volumeName,
    storageClass: "archive",
    phase: "Bound",
  });
  const gone = { ...claim, metadata: { ...claim.metadata, name: `${app.name}-gone`, uid: random.uuid() } };
  const released = makeVolume(scene, gone, {
    name: `pvc-${random.uuid()}`,
    storageClass: "archive",
    phase: "Released",
  });
  return [claim, volume, released];
}

function namespaceNames(count: number): string[] {
  const perRound = TEAMS.length * STAGES.length;
  return Array.from({ length: Math.max(1, count) }, (_, at) => {
    const round = Math.floor(at / perRound);
    const stage = STAGES[Math.floor((at % perRound) / TEAMS.length)] ?? "";
    return `${TEAMS[at % TEAMS.length]}${stage}${round === 0 ? "" : `-${round + 1}`}`;
  });
}
