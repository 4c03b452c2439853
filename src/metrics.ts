/**
 * The metrics: a table of the exposed families, each with the source of its values. Nearly all values are
 * read from other parts at the time of a scrape. Only durations are collected when they occur.
 *
 * Labels have only values of bounded sets, so the number of series does not grow with the cluster. A metric
 * without a value (a kind without any message, a database that is not configured) has no series.
 */
import type { Registry } from "@prometheus-io/client";
// The main entry of the package also loads its servers and tracing, which takes ten times the memory.
import PrometheusRegistry from "@prometheus-io/client/lib/registry.js";
import process from "node:process";
import { Histogram, type Sample } from "./histogram.ts";

type Counts = Readonly<Record<string, number>>;

export interface KindNumbers {
  readonly kind: string;
  readonly nodes: number;
  /** The number of kinds in each state: of one kind, or of those that share its label. */
  readonly states: Counts;
  /** Milliseconds since 1970; 0: never. */
  readonly lastEvent: number;
  /** By result. */
  readonly lists: Counts;
  readonly watches: Counts;
  /** By type. */
  readonly events: Counts;
  /** Objects that verifications found to differ from the API server. */
  readonly differences: number;
  /** When it was last found to equal the API server, in milliseconds since 1970; 0: never. */
  readonly verifiedAt: number;
}

/** Times are in milliseconds since 1970, durations in milliseconds. */
export interface PersistenceNumbers {
  readonly connected: boolean;
  /** 1 for the role that the process has, otherwise 0. */
  readonly roles: Counts;
  readonly dirtyKeys: number;
  /** By result. */
  readonly writes: Counts;
  readonly connections: number;
  readonly snapshots: number;
  readonly lastSnapshot: number | undefined;
  readonly restoreDuration: number | undefined;
  readonly restoredNodes: number;
  readonly missingKeys: number;
  readonly redisMemory: number | undefined;
  readonly redisKeys: number | undefined;
}

export interface ProblemNumbers {
  /** By type. */
  readonly problems: Counts;
  /** By severity. */
  readonly causes: Counts;
  readonly unresolved: number;
}

export interface MetricSources {
  readonly build: Readonly<Record<string, string>>;
  /** All states that a kind can be in. */
  readonly states: readonly string[];
  readonly kinds: () => readonly KindNumbers[];
  readonly edges: () => Iterable<readonly [type: string, count: number]>;
  readonly problems: () => Promise<ProblemNumbers>;
  /** The longest delay of the event loop within a minute, in seconds. */
  readonly lag: () => number;
  /** The number of failures to accept a connection. */
  readonly acceptErrors: () => number;
  /** Clients of the change stream, and the distinct filters that they ask for. */
  readonly stream: () => { readonly clients: number; readonly views: number };
  /** Undefined without persistence. */
  readonly persistence: () => PersistenceNumbers | undefined;
}

type Family = readonly [
  name: string,
  type: "counter" | "gauge" | "histogram",
  help: string,
  read: (now: Snapshot) => readonly Sample[],
];

/** The values that are read once for all families of a scrape. */
interface Snapshot {
  readonly kinds: readonly KindNumbers[];
  readonly problems: ProblemNumbers;
  readonly persistence: PersistenceNumbers | undefined;
}

const APPLY = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.01, 0.1];
const ANSWER = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];
const LONG = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const KEYS = [1, 10, 25, 50, 100, 250, 500, 1_000, 10_000];
const METHODS: readonly string[] = ["GET", "HEAD"];

/** One answered request. The duration is in seconds. */
export interface Answered {
  readonly route: string;
  readonly method: string;
  readonly code: number;
}

export class Metrics {
  /** Observes the seconds until an event was in the graph. */
  readonly applied = new Histogram(APPLY);
  /** Observes the seconds from the start of a list to its end. */
  readonly listed = new Histogram(LONG);
  /** Keys, and seconds. */
  readonly batches = new Histogram(KEYS);
  readonly flushes = new Histogram(LONG);
  readonly snapshots = new Histogram(LONG);

  readonly #answers = new Map<string, Map<string, Map<number, Histogram>>>();
  readonly #registry: Registry = new PrometheusRegistry();
  readonly #sources: MetricSources;
  #now: Snapshot | undefined;

  constructor(sources: MetricSources) {
    this.#sources = sources;
    for (const [name, type, help, read] of this.#families(sources)) {
      const get = () => {
        if (this.#now === undefined) throw new Error("The metrics are read outside of a scrape");
        const values = read(this.#now).map(({ suffix = "", ...sample }) => ({
          metricName: name + suffix,
          ...sample,
        }));
        return Promise.resolve({ name, type, help, values });
      };
      this.#registry.registerMetric({ name, get } as unknown as Parameters<Registry["registerMetric"]>[0]);
    }
  }

  answered({ route, method, code }: Answered, seconds: number): void {
    const known = METHODS.includes(method) ? method : "other";
    const byMethod = getOrMake(this.#answers, route, () => new Map());
    const byCode = getOrMake(byMethod, known, () => new Map());
    getOrMake(byCode, code, () => new Histogram(ANSWER)).observe(seconds);
  }

  /** Returns the exposition, in Prometheus' text format 0.0.4. */
  async text(): Promise<string> {
    const { kinds, problems, persistence } = this.#sources;
    const counted = await problems();
    this.#now = { kinds: kinds(), problems: counted, persistence: persistence() };
    // The registry reads all families before its first await.
    const text = this.#registry.metrics();
    this.#now = undefined;
    return await text;
  }

  #families({ build, states, edges, lag, acceptErrors, stream }: MetricSources): Family[] {
    const perKind = (read: (kind: KindNumbers) => Sample[]) => ({ kinds }: Snapshot) => kinds.flatMap(read);
    const persisted =
      (read: (state: PersistenceNumbers) => readonly Sample[]) => ({ persistence }: Snapshot) =>
        persistence ? read(persistence) : [];
    const ofPersistence = (histogram: Histogram) => persisted(() => histogram.samples());
    return [
      ["astrolabe_build_info", "gauge", "What runs; always 1", () => [{ labels: build, value: 1 }]],
      [
        "astrolabe_nodes",
        "gauge",
        "Resources in the graph",
        perKind(({ kind, nodes }) => one(nodes, { kind })),
      ],
      ["astrolabe_edges", "gauge", "Relations in the graph", () => by("type", edges())],
      [
        "astrolabe_unresolved_references",
        "gauge",
        "References whose target is not in the graph",
        ({ problems }) => one(problems.unresolved),
      ],
      [
        "astrolabe_problems",
        "gauge",
        "What /api/v1/problems lists",
        ({ problems }) => by("type", Object.entries(problems.problems)),
      ],
      [
        "astrolabe_causes",
        "gauge",
        "What /api/v1/causes lists",
        ({ problems }) => by("severity", Object.entries(problems.causes)),
      ],
      [
        "astrolabe_kind_state",
        "gauge",
        "Whether a kind is in this state; of the custom kinds, how many are",
        perKind(({ kind, states: counts }) =>
          states.map((state) => ({ labels: { kind, state }, value: counts[state] ?? 0 }))
        ),
      ],
      [
        "astrolabe_kind_last_event_timestamp_seconds",
        "gauge",
        "When the API server last sent anything of a kind",
        perKind(({ kind, lastEvent }) => lastEvent === 0 ? [] : one(lastEvent / 1000, { kind })),
      ],
      [
        "astrolabe_lists_total",
        "counter",
        "Lists that were completed, and that failed",
        perKind(({ kind, lists }) => by("result", Object.entries(lists), { kind })),
      ],
      [
        "astrolabe_watches_total",
        "counter",
        "Watches that the API server ended in good order, and that failed",
        perKind(({ kind, watches }) => by("result", Object.entries(watches), { kind })),
      ],
      [
        "astrolabe_events_total",
        "counter",
        "Events of watches",
        perKind(({ kind, events }) => by("type", Object.entries(events), { kind })),
      ],
      [
        "astrolabe_verify_differences_total",
        "counter",
        "Objects that a comparison with the API server found to differ",
        perKind(({ kind, differences }) => one(differences, { kind })),
      ],
      [
        "astrolabe_verified_timestamp_seconds",
        "gauge",
        "When the kind was last found to equal the API server",
        perKind(({ kind, verifiedAt }) => verifiedAt === 0 ? [] : one(verifiedAt / 1000, { kind })),
      ],
      [
        "astrolabe_apply_duration_seconds",
        "histogram",
        "How long an event takes to be in the graph",
        () => this.applied.samples(),
      ],
      [
        "astrolabe_sync_duration_seconds",
        "histogram",
        "How long a complete list of a kind takes",
        () => this.listed.samples(),
      ],
      [
        "astrolabe_http_request_duration_seconds",
        "histogram",
        "How long a request waits for its answer to start",
        () => [...this.#answerSamples()],
      ],
      [
        "astrolabe_http_accept_errors_total",
        "counter",
        "Times that no connection could be accepted, as when no file descriptor was left",
        () => one(acceptErrors()),
      ],
      ["astrolabe_stream_clients", "gauge", "Clients of the change stream", () => one(stream().clients)],
      [
        "astrolabe_stream_views",
        "gauge",
        "Distinct filters that clients of the change stream ask for, or did a minute ago",
        () => one(stream().views),
      ],
      [
        "astrolabe_event_loop_lag_seconds",
        "gauge",
        "The longest that the event loop was late within a minute",
        () => one(lag()),
      ],
      [
        "astrolabe_persistence_connected",
        "gauge",
        "Whether there is a connection to Redis",
        persisted(({ connected }) => one(Number(connected))),
      ],
      [
        "astrolabe_persistence_role",
        "gauge",
        "Whether this process has this role in Redis",
        persisted(({ roles }) => by("role", Object.entries(roles))),
      ],
      [
        "astrolabe_persistence_dirty_keys",
        "gauge",
        "Keys that differ from Redis",
        persisted(({ dirtyKeys }) => one(dirtyKeys)),
      ],
      [
        "astrolabe_persistence_writes_total",
        "counter",
        "Keys by what became of their write",
        persisted(({ writes }) => by("result", Object.entries(writes))),
      ],
      ["astrolabe_persistence_batch_size", "histogram", "Keys of a batch", ofPersistence(this.batches)],
      [
        "astrolabe_persistence_flush_duration_seconds",
        "histogram",
        "How long it takes to write what is dirty",
        ofPersistence(this.flushes),
      ],
      [
        "astrolabe_persistence_snapshot_duration_seconds",
        "histogram",
        "How long it takes to make sure that Redis equals the graph",
        ofPersistence(this.snapshots),
      ],
      [
        "astrolabe_persistence_last_snapshot_timestamp_seconds",
        "gauge",
        "When Redis was last known to equal the graph",
        persisted(({ lastSnapshot }) => lastSnapshot === undefined ? [] : one(lastSnapshot / 1000)),
      ],
      [
        "astrolabe_persistence_restore_duration_seconds",
        "gauge",
        "How long it took to load the graph at the start",
        persisted(({ restoreDuration }) => restoreDuration === undefined ? [] : one(restoreDuration / 1000)),
      ],
      [
        "astrolabe_persistence_restored_nodes",
        "gauge",
        "Resources that were loaded at the start",
        persisted(({ restoredNodes }) => one(restoredNodes)),
      ],
      [
        "astrolabe_persistence_reconnects_total",
        "counter",
        "Connections to Redis after the first",
        persisted(({ connections }) => one(Math.max(0, connections - 1))),
      ],
      [
        "astrolabe_persistence_missing_keys",
        "gauge",
        "Keys that Redis lacked after the last comparison with the graph",
        persisted(({ missingKeys }) => one(missingKeys)),
      ],
      [
        "astrolabe_persistence_redis_memory_bytes",
        "gauge",
        "Memory that Redis uses, as of the last look",
        persisted(({ redisMemory }) => redisMemory === undefined ? [] : one(redisMemory)),
      ],
      [
        "astrolabe_persistence_redis_keys",
        "gauge",
        "Keys in Redis, as of the last look",
        persisted(({ redisKeys }) => redisKeys === undefined ? [] : one(redisKeys)),
      ],
      ["process_cpu_seconds_total", "counter", "CPU time of the process", () => one(cpuSeconds())],
      [
        "process_resident_memory_bytes",
        "gauge",
        "Resident memory of the process",
        () => one(Deno.memoryUsage().rss),
      ],
      [
        "process_heap_bytes",
        "gauge",
        "V8's heap, a part of the resident memory",
        () => one(Deno.memoryUsage().heapTotal),
      ],
      [
        "process_start_time_seconds",
        "gauge",
        "When the process started",
        () => one(performance.timeOrigin / 1000),
      ],
    ];
  }

  *#answerSamples(): Generator<Sample> {
    for (const [route, byMethod] of this.#answers) {
      for (const [method, byCode] of byMethod) {
        for (const [code, histogram] of byCode) {
          yield* histogram.samples({ route, method, code: String(code) });
        }
      }
    }
  }
}

function one(value: number, labels: Readonly<Record<string, string>> = {}): Sample[] {
  return [{ labels, value }];
}

function by(
  label: string,
  counts: Iterable<readonly [name: string, count: number]>,
  labels: Readonly<Record<string, string>> = {},
): Sample[] {
  return [...counts].map(([name, value]) => ({ labels: { ...labels, [label]: name }, value }));
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, value = make());
  return value;
}

/** Returns the CPU time. Unlike most of /proc, this needs no permission. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Milliseconds between two measurements of the event loop. */
const LAG_INTERVAL_MS = 100;
const LAG_LOOKS = 600;

/**
 * Measures the delay of timers until `signal` aborts. Returns a function that returns the longest delay of
 * the last minute, in seconds.
 */
export function watchEventLoop(signal: AbortSignal): () => number {
  const late = new Float64Array(LAG_LOOKS);
  let look = 0;
  let due = performance.now() + LAG_INTERVAL_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    late[look++ % LAG_LOOKS] = Math.max(0, now - due);
    due = now + LAG_INTERVAL_MS;
  }, LAG_INTERVAL_MS);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  return () => late.reduce((worst, one) => Math.max(worst, one), 0) / 1000;
}
