/**
 * The composition root: builds every part, runs them until the signal, and stops them in order. After the
 * signal the server is no longer ready. It saves the remaining changes to Redis and gives its lease back.
 * During the shutdown delay it continues to follow the cluster and to serve, so that clients can move to
 * other replicas. Then it stops following, and unfinished requests have a few seconds.
 */
import type { Access } from "./access/access.ts";
import { GrantedNamespaces } from "./access/granted_namespaces.ts";
import { type Config, readConfig, type RedisConfig } from "./cli/config.ts";
import { type DemoRedis, startDemoRedis } from "./simulator/demo_redis.ts";
import { foldCustom } from "./fold_custom.ts";
import { FoldingLog } from "./folding_log.ts";
import { Graph } from "./graph/graph.ts";
import type { GraphReader } from "./graph/queries/reader.ts";
import { Slicer } from "./graph/queries/slicer.ts";
import { createRouter } from "./http/router.ts";
import { Server } from "./http/server.ts";
import { WatchClients } from "./http/watch_clients.ts";
import { Ingest } from "./ingest.ts";
import { MissedKinds } from "./kinds/missed_kinds.ts";
import { KindRegistry, kinds as builtInKinds } from "./kinds/registry.ts";
import { KubeClient } from "./kube/client.ts";
import { type ConfiguredKinds, configuredKinds } from "./configured_kinds.ts";
import { CustomKinds } from "./custom_kinds.ts";
import { Discovery } from "./kube/discovery.ts";
import { ApiStatusError } from "./kube/errors.ts";
import { sleep, systemClock } from "./model/clock.ts";
import { Informers } from "./kube/informers.ts";
import type { Logger } from "./log.ts";
import { makeAccess } from "./make_access.ts";
import { Metrics, watchEventLoop } from "./metrics.ts";
import { hostPort, isLoopback, matchesHost, parseHost } from "./model/host.ts";
import { KIND_STATES } from "./model/kind_status.ts";
import { RELATION_TYPES } from "./model/relation.ts";
import { readPageFile } from "./page_files.ts";
import { Persistence } from "./persist/persistence.ts";
import { RedisStore } from "./persist/redis/redis_store.ts";
import { type CustomKind, kindName, type ResourceKind } from "./model/resource_kind.ts";
import type { ResourceRecord } from "./model/record.ts";
import { Views } from "./stream/views.ts";
import { showProgress } from "./progress.ts";
import { openInBrowser } from "./cli/open_in_browser.ts";
import { version } from "./cli/version.ts";

/** The lowest verbosity at which the graph is validated at shutdown. */
const VALIDATING_VERBOSITY = 4;
const DIFFERENCES_LOGGED_MAX = 20;

/** Serves the cluster of the configuration until the signal; returns the exit code. */
export async function serve(config: Config, log: Logger, signal: AbortSignal): Promise<number> {
  const configured = configuredKinds(config.configFile);
  let client: KubeClient;
  try {
    client = KubeClient.load(config, log);
  } catch (error) {
    log.error(messageOf(error));
    return 1;
  }
  return await run({ config, configured, log, client }, signal);
}

/** Serves a sample cluster in this process. */
export async function demo(config: Config, log: Logger, signal: AbortSignal): Promise<number> {
  const configured = configuredKinds(config.configFile);
  let redis: DemoRedis | undefined;
  try {
    redis = config.startsRedis ? await startDemoRedis() : undefined;
  } catch (error) {
    log.error(messageOf(error));
    return 1;
  }
  const { startDemoCluster } = await import("./simulator/demo_cluster.ts");
  const over = new AbortController();
  const cluster = startDemoCluster({ kinds: builtInKinds, objects: config.objects, signal: over.signal });
  const client = KubeClient.at(cluster.url, log);
  const onSynced = async (graph: GraphReader, url: string) => {
    const page = url.replace(/\/\/(0\.0\.0\.0|\[::\])/, "//localhost");
    console.log(await whatToTry(graph, page));
    if (config.opensPage && !await openInBrowser(page)) log.warn("Cannot open a browser", { address: page });
  };
  const adapted = redis ? using(redis, config) : config;
  const code = await run({ config: adapted, configured, log, client, onSynced }, signal);
  over.abort();
  await Promise.all([cluster.ended, redis?.stop()]);
  return code;
}

/** The demo overwrites the data in its own Redis. */
function using({ host, port }: DemoRedis, config: Config): Config {
  if (!config.redis) return config;
  const { keyPrefix, batchSize, flushInterval, snapshotInterval } = config.redis;
  return {
    ...config,
    redis: {
      location: { kind: "direct", address: { host, port } },
      db: 0,
      keyPrefix,
      batchSize,
      flushInterval,
      snapshotInterval,
      adopt: true,
    },
  };
}

/**
 * Reads a cluster, and returns what answers requests from then on, without a server. It follows the cluster
 * until the signal.
 *
 * @throws {Error} if the API server cannot be reached or rejects the credentials.
 */
export async function answerLocally(
  given: Pick<Config, "kubeconfig" | "context" | "configFile">,
  signal: AbortSignal,
): Promise<(request: Request) => Promise<Response>> {
  const config = { ...readConfig("serve", new Map(), { get: () => undefined }), ...given };
  const configured = configuredKinds(config.configFile);
  const log: Logger = { error() {}, warn() {}, info() {}, verbose() {} };
  const client = KubeClient.load(config, log);
  const response = await client.fetch("/api", { accept: "application/json", signal });
  if (!response.ok) throw ApiStatusError.from(response, { text: await response.text(), now: Date.now() });
  await response.body?.cancel();
  const { promise, resolve, reject } = Promise.withResolvers<(request: Request) => Promise<Response>>();
  run({ config, configured, log, client, onRead: resolve }, signal).catch(reject);
  return await promise;
}

interface Parts {
  readonly config: Config;
  readonly configured: ConfiguredKinds;
  readonly log: Logger;
  readonly client: KubeClient;
  readonly onSynced?: ((graph: GraphReader, url: string) => void) | undefined;
  /** Called once every kind is listed, with a function that answers requests. With it, no server is started. */
  readonly onRead?: ((answer: (request: Request) => Promise<Response>) => void) | undefined;
}

async function run(
  { config, configured, log, client, onSynced, onRead }: Parts,
  signal: AbortSignal,
): Promise<number> {
  const { kinds } = configured;
  const graph = new Graph(kinds);
  const registry = new KindRegistry(kinds);
  const missed = new MissedKinds();
  const isFollowed = ({ namespaced }: ResourceKind, namespace: string) =>
    !namespaced || config.namespaces.length === 0 || config.namespaces.includes(namespace);
  const isLimited = (kind: ResourceKind, namespace: string) =>
    kind.labelLimited && config.labelSelector !== undefined || !isFollowed(kind, namespace);
  const folded = new FoldingLog(log);
  const running = new AbortController();
  const metrics: Metrics = new Metrics({
    build: version,
    states: KIND_STATES,
    kinds: () =>
      foldCustom(
        informers.statuses().map(({ kind, state, lastEvent }) => {
          const { lists, watches, events, differences } = informers.trafficOf(kind);
          const verifiedAt = informers.verifiedAt(kind);
          const traffic = { lists, watches, events, differences, verifiedAt };
          const { custom = false, isNamed = false } = kind;
          const name = custom ? kindName(kind) : kind.kind;
          return {
            kind: name,
            custom: custom && !isNamed,
            nodes: graph.size({ kind }),
            state,
            lastEvent,
            ...traffic,
          };
        }),
      ),
    edges: () => graph.read.relationCounts.map((count, i) => [RELATION_TYPES[i] ?? "", count] as const),
    problems: () => graph.read.countProblems(isLimited, new Slicer()),
    lag: watchEventLoop(running.signal),
    acceptErrors: () => server?.acceptErrors ?? 0,
    stream: () => ({ clients: watchClients.count, views: views.size }),
    persistence: () => persistence?.numbers(),
  });
  const times = { applied: metrics.applied.observe, listed: metrics.listed.observe };
  const ingest = new Ingest(graph, { kinds: registry, missed, log: folded, times });
  const discovery = config.customResources === "none" ? undefined : new Discovery(client, {
    clock: systemClock,
    log: folded,
    onKinds: (found) => customKinds.update(found),
  });
  const granted = new GrantedNamespaces({ graph: graph.read, isLimited });
  const sink = config.auth.mode === "kubernetes" ? granted.tap(ingest) : ingest;
  const informers: Informers = new Informers(client, discovery?.tap(sink) ?? sink, {
    kinds,
    startAfter: discovery?.first,
    namespaces: config.namespaces,
    labelSelector: config.labelSelector,
    verifyInterval: config.verifyInterval,
    log: folded,
    onChange({ kind, state, error }) {
      graph.setSynced(kind, state === "synced");
      if (state === "synced" || error !== undefined) discovery?.settled(kind);
      persistence?.kindsChanged();
    },
  });
  const customKinds = new CustomKinds({
    which: config.customResources,
    configured: configured.find,
    registry,
    missed,
    graph,
    informers,
    log,
  });
  const store = config.redis && new RedisStore(config.redis, { log });
  const persistence = config.redis && store &&
    persist(config.redis, { store, graph, informers, client, metrics, log });
  const views = new Views({
    graph: graph.read,
    listen: (listener) => graph.listen(listener),
    clock: systemClock,
  });
  const watchClients: WatchClients = new WatchClients({
    graph: graph.read,
    views,
    clock: systemClock,
    kindStatuses: () => informers.statuses(),
  });
  let access: Access | undefined;
  try {
    access = makeAccess(config, { graph: graph.read, client, granted, log: folded });
  } catch (error) {
    log.error(`--auth-token-file: ${messageOf(error)}`);
    running.abort();
    folded.close();
    return 1;
  }
  const router = createRouter({
    graph: graph.read,
    access,
    metricsOpen: config.metricsOpen,
    kindStatuses: () => informers.statuses(),
    readiness: () => ({ shuttingDown: signal.aborted, restored: persistence?.servesRestored ?? false }),
    persistence: () => persistence?.status() ?? { enabled: false },
    isLimited,
    allowsHost: hostCheck(config),
    watchClients,
    readPageFile,
    clock: systemClock,
    metrics,
    log: folded,
  });

  const server = onRead ? NOWHERE : listen(router.fetch, config, folded);
  if (server === undefined) {
    running.abort();
    folded.close();
    return 1;
  }
  if (config.configFile !== undefined) {
    log.info("Read the configuration", { file: config.configFile, kinds: configured.named.length });
  }
  log.info("Serving", { address: server.url, cluster: client.server });
  if (store && persistence) {
    log.info("Persistence enabled", { redis: store.name });
    const into = {
      expect: (saved: readonly CustomKind[]) => {
        customKinds.restore(saved);
        discovery?.expect(saved);
      },
      restore: (record: ResourceRecord) => {
        const wanted = isFollowed(record.kind, record.namespace);
        if (wanted) ingest.restore(record);
        return wanted;
      },
      forget: (uid: string) => ingest.forget(uid),
    };
    informers.restored(await persistence.restore(into, signal));
    graph.listen(persistence.journal);
  }

  const stop = new AbortController();
  const progress = showProgress(
    () =>
      informers.statuses().filter(({ kind }) => !kind.custom).map(({ kind, state }) => ({
        kind: kind.kind,
        state,
        count: graph.size({ kind }),
      })),
    { log, signal },
  ).then(() => {
    if (!signal.aborted) onSynced?.(graph.read, server.url);
  });
  const read = onRead && progress.then(async () => {
    const isListing = () => informers.statuses().some(({ state }) => state === "listing");
    while (!signal.aborted && isListing()) await sleep(20, { clock: systemClock, signal });
    onRead(async (request) => await router.fetch(request));
  });
  const saving = new AbortController();
  const saved = persistence?.run(saving.signal);
  const followed = Promise.all([informers.run(stop.signal), discovery?.run(stop.signal)]);
  await aborted(signal);
  server.retire();
  const delay = config.shutdownDelay;
  const delayed = sleep(delay, { clock: systemClock, signal: running.signal }).then(() => stop.abort());
  // Without a delay, wait until following has stopped, so that its last changes are saved too.
  if (delay === 0) await followed;
  saving.abort();
  await Promise.all([saved, delayed, followed, progress, read]);
  watchClients.close();
  await server.close();
  views.close();
  client.close();
  if (config.verbosity >= VALIDATING_VERBOSITY) validate(graph, log);
  running.abort();
  folded.close();
  log.info("Stopped");
  return 0;
}

/** Validates the graph and logs the result. */
function validate(graph: Graph, log: Logger): void {
  const differences = graph.validate();
  for (const difference of differences.slice(0, DIFFERENCES_LOGGED_MAX)) {
    log.error("The graph is inconsistent", { difference });
  }
  log.info("Validated the graph", { resources: graph.read.resourceCount, differences: differences.length });
}

interface Persisted {
  readonly store: RedisStore;
  readonly graph: Graph;
  readonly informers: Informers;
  readonly client: KubeClient;
  readonly metrics: Metrics;
  readonly log: Logger;
}

function persist(
  redis: RedisConfig,
  { store, graph, informers, client, metrics, log }: Persisted,
): Persistence {
  const { batches, flushes, snapshots } = metrics;
  const { batchSize, flushInterval, snapshotInterval, adopt } = redis;
  return new Persistence({
    store,
    graph: graph.read,
    kindStatuses: () => informers.statuses(),
    apiServer: { address: client.server, caSha256: client.caSha256 },
    observers: { batch: batches.observe, flush: flushes.observe, snapshot: snapshots.observe },
    writer: `astrolabe ${version.version}`,
    batchSize,
    flushInterval,
    snapshotInterval,
    adopt,
    log,
    clock: systemClock,
  });
}

/**
 * Returns the allowed hosts of requests: those of the configuration, or the default for a loopback address.
 */
function hostCheck({ allowedHosts, bindAddress }: Config): (host: string) => boolean {
  if (allowedHosts) return (host) => matchesHost(host, allowedHosts);
  return isLoopback(parseHost(hostPort(bindAddress, 0)) ?? "") ? isLoopback : () => true;
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

function listen(handler: Deno.ServeHandler, { bindAddress, port }: Config, log: Logger): Server | undefined {
  try {
    return new Server(handler, { hostname: bindAddress, port, log, clock: systemClock });
  } catch (error) {
    const where = hostPort(bindAddress, port);
    if (error instanceof Deno.errors.AddrInUse) {
      log.error(`Port ${port} is in use; choose another one with --port`, { address: where });
    } else log.error(`Cannot listen on ${where}: ${messageOf(error)}`);
    return undefined;
  }
}

/** Replaces the server of a process that nobody connects to. */
const NOWHERE = { url: "", acceptErrors: 0, retire() {}, close: () => Promise.resolve() };

async function whatToTry(graph: GraphReader, url: string): Promise<string> {
  const releases = await graph.releases(new Slicer());
  const [release] = releases.map(({ name }) => name).sort();
  const paths = ["releases", `graph${release ? `?release=${release}` : ""}`, "problems", "kinds"];
  return [`Open ${url}/ or try:`, ...paths.map((path) => `  curl '${url}/api/v1/${path}'`)].join("\n");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
