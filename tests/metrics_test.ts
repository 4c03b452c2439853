/** The exposition, over constant sources. */
import { assertEquals } from "@std/assert";
import { Metrics, type MetricSources, type PersistenceNumbers } from "../src/metrics.ts";
import { Api } from "./http/api.ts";

/** The names and types that dashboards and alerts of users depend on. */
const EXPOSED: Readonly<Record<string, string>> = {
  astrolabe_build_info: "gauge",
  astrolabe_nodes: "gauge",
  astrolabe_edges: "gauge",
  astrolabe_unresolved_references: "gauge",
  astrolabe_problems: "gauge",
  astrolabe_causes: "gauge",
  astrolabe_kind_state: "gauge",
  astrolabe_kind_last_event_timestamp_seconds: "gauge",
  astrolabe_lists_total: "counter",
  astrolabe_stream_clients: "gauge",
  astrolabe_stream_views: "gauge",
  astrolabe_watches_total: "counter",
  astrolabe_verify_differences_total: "counter",
  astrolabe_verified_timestamp_seconds: "gauge",
  astrolabe_events_total: "counter",
  astrolabe_apply_duration_seconds: "histogram",
  astrolabe_sync_duration_seconds: "histogram",
  astrolabe_http_accept_errors_total: "counter",
  astrolabe_http_request_duration_seconds: "histogram",
  astrolabe_event_loop_lag_seconds: "gauge",
  astrolabe_persistence_connected: "gauge",
  astrolabe_persistence_role: "gauge",
  astrolabe_persistence_dirty_keys: "gauge",
  astrolabe_persistence_writes_total: "counter",
  astrolabe_persistence_batch_size: "histogram",
  astrolabe_persistence_flush_duration_seconds: "histogram",
  astrolabe_persistence_snapshot_duration_seconds: "histogram",
  astrolabe_persistence_last_snapshot_timestamp_seconds: "gauge",
  astrolabe_persistence_restore_duration_seconds: "gauge",
  astrolabe_persistence_restored_nodes: "gauge",
  astrolabe_persistence_reconnects_total: "counter",
  astrolabe_persistence_missing_keys: "gauge",
  astrolabe_persistence_redis_memory_bytes: "gauge",
  astrolabe_persistence_redis_keys: "gauge",
  process_cpu_seconds_total: "counter",
  process_resident_memory_bytes: "gauge",
  process_heap_bytes: "gauge",
  process_start_time_seconds: "gauge",
};

const PERSISTENCE: PersistenceNumbers = {
  connected: true,
  roles: { standby: 0, writer: 1 },
  dirtyKeys: 3,
  writes: { written: 10, refused: 0, failed: 1 },
  connections: 2,
  snapshots: 4,
  lastSnapshot: 1_700_000_000_000,
  restoreDuration: 250,
  restoredNodes: 7,
  missingKeys: 12,
  redisMemory: 1_000_000,
  redisKeys: 42,
};

function sources(more: Partial<MetricSources> = {}): MetricSources {
  return {
    build: { version: "1.2.3" },
    states: ["listing", "synced", "stale"],
    kinds: () => [{
      kind: "Pod",
      nodes: 5,
      states: { stale: 1 },
      lastEvent: 1_700_000_000_500,
      lists: { completed: 1, failed: 2 },
      watches: { completed: 3, failed: 4 },
      differences: 2,
      verifiedAt: 1_700_000_000_000,
      events: { added: 6 },
    }],
    edges: () => [["owns", 9]],
    problems: () =>
      Promise.resolve({
        problems: {
          "error-status": 1,
          "unresolved-reference": 0,
          "service-selects-nothing": 0,
          "unused-claim": 0,
        },
        causes: { error: 2, warning: 3 },
        unresolved: 8,
      }),
    acceptErrors: () => 0,
    stream: () => ({ clients: 0, views: 0 }),
    lag: () => 0.25,
    persistence: () => PERSISTENCE,
    ...more,
  };
}

async function linesOf(metrics: Metrics, name: string): Promise<string[]> {
  const text = await metrics.text();
  return text.split("\n").filter((line) => line.startsWith(`astrolabe_${name}`));
}

const isMissing = await new Deno.Command("promtool", { args: ["--version"], stdout: "null", stderr: "null" })
  .output().then(({ success }) => !success, () => true);

Deno.test({
  name: `Metrics, promtool finds no fault${isMissing ? " (skipped: promtool is not installed)" : ""}`,
  ignore: isMissing,
  async fn() {
    const metrics = new Metrics(sources());
    metrics.answered({ route: "/livez", method: "GET", code: 200 }, 0.001);
    const promtool = new Deno.Command("promtool", {
      args: ["check", "metrics"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = promtool.stdin.getWriter();
    await writer.write(new TextEncoder().encode(await metrics.text()));
    await writer.close();
    const { code, stdout, stderr } = await promtool.output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals([code, said], [0, ""]);
  },
});

Deno.test("Metrics, has every name with its type", async () => {
  const types = (await new Metrics(sources()).text()).matchAll(/^# TYPE (\S+) (\S+)$/gm);
  assertEquals(Object.fromEntries(types.map(([, name = "", type = ""]) => [name, type])), EXPOSED);
});

Deno.test("Metrics, says of each state whether the kind is in it", async () => {
  assertEquals(await linesOf(new Metrics(sources()), "kind_state"), [
    'astrolabe_kind_state{kind="Pod",state="listing"} 0',
    'astrolabe_kind_state{kind="Pod",state="synced"} 0',
    'astrolabe_kind_state{kind="Pod",state="stale"} 1',
  ]);
});

Deno.test("Metrics, gives times in seconds", async () => {
  const metrics = new Metrics(sources());
  assertEquals([
    ...await linesOf(metrics, "kind_last_event"),
    ...await linesOf(metrics, "persistence_restore_"),
    ...await linesOf(metrics, "persistence_last_snapshot"),
  ], [
    'astrolabe_kind_last_event_timestamp_seconds{kind="Pod"} 1700000000.5',
    "astrolabe_persistence_restore_duration_seconds 0.25",
    "astrolabe_persistence_last_snapshot_timestamp_seconds 1700000000",
  ]);
});

Deno.test("Metrics, counts connections after the first as reconnects", async () => {
  assertEquals(await linesOf(new Metrics(sources()), "persistence_reconnects"), [
    "astrolabe_persistence_reconnects_total 1",
  ]);
});

Deno.test("Metrics, has no series of persistence where there is none", async () => {
  assertEquals(await linesOf(new Metrics(sources({ persistence: () => undefined })), "persistence"), []);
});

Deno.test("Metrics, has no time for what has never happened", async () => {
  const never = new Metrics(sources({ persistence: () => ({ ...PERSISTENCE, lastSnapshot: undefined }) }));
  assertEquals(await linesOf(never, "persistence_last_snapshot"), []);
});

Deno.test("Metrics, reads its sources once a scrape", async () => {
  let reads = 0;
  const { problems } = sources();
  const metrics = new Metrics(sources({ problems: () => (reads++, problems()) }));
  await metrics.text();
  await metrics.text();
  assertEquals(reads, 2);
});

Deno.test("Metrics, counts an observation in all buckets that hold it", async () => {
  const metrics = new Metrics(sources());
  for (const seconds of [0.01, 0.04, 1e9]) metrics.listed.observe(seconds);
  const lines = await linesOf(metrics, "sync_duration_seconds");
  assertEquals(lines.slice(0, 3), [
    'astrolabe_sync_duration_seconds_bucket{le="0.01"} 1',
    'astrolabe_sync_duration_seconds_bucket{le="0.05"} 2',
    'astrolabe_sync_duration_seconds_bucket{le="0.1"} 2',
  ]);
  assertEquals(lines.slice(-3), [
    'astrolabe_sync_duration_seconds_bucket{le="+Inf"} 3',
    "astrolabe_sync_duration_seconds_sum 1000000000.05",
    "astrolabe_sync_duration_seconds_count 3",
  ]);
});

Deno.test("Metrics, labels requests by route and bounded methods, never by what was asked", async () => {
  const metrics = new Metrics(sources());
  const api = new Api([], { metrics });
  for (
    const path of ["/livez", "/api/v1/resources/a", "/api/v1/resources/b", '/x"}\n', `/${"y".repeat(9000)}`]
  ) {
    await (await api.request(path)).body?.cancel();
  }
  for (const method of ["BREW", "MELT"]) await (await api.request("/livez", { method })).body?.cancel();
  const counts = (await linesOf(metrics, "http_request_duration_seconds_count")).map((line) =>
    line.replace("astrolabe_http_request_duration_seconds_count", "")
  );
  assertEquals(counts.sort(), [
    '{route="/api/v1/resources/{uid}",method="GET",code="404"} 2',
    '{route="/livez",method="GET",code="200"} 1',
    '{route="/livez",method="other",code="405"} 2',
    '{route="none",method="GET",code="404"} 1',
    '{route="none",method="GET",code="414"} 1',
  ]);
});
