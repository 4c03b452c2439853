/** Each alert on suitable series: promtool checks when it fires and with which annotations. */
import { kinds } from "../../src/kinds/registry.ts";
import { assert, assertEquals } from "@std/assert";
import { load } from "js-yaml";
import { KIND_STATES, type KindState } from "../../src/model/kind_status.ts";
import { promtool, promtoolAvailable } from "./monitoring_promtool.ts";

/** Series with values one minute apart, in the notation of promtool: `1x3 0+2x5 _x2`. */
type Series = Readonly<Record<string, string>>;

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

const RULES = `${Deno.cwd()}/deploy/helm/astrolabe/files/monitoring/alerts.yaml`;
const RUNBOOK = "https://runbooks.example.com/astrolabe/operations.md";
const rules = (load(Deno.readTextFileSync(RULES)) as {
  groups: { rules: { alert?: string; annotations?: Readonly<Record<string, string>> }[] }[];
}).groups.flatMap(({ rules }) => rules);
const skipped = promtoolAvailable ? "" : " (skipped: promtool is not installed)";
const cases = new Map<string, Set<"fires" | "is quiet">>();

/** Alerts that do not concern a single process. */
const OF_NO_INSTANCE = ["AstrolabeDown", "AstrolabeNoWriter", "AstrolabeTwoWriters"];
const WRITER: Series = { 'persistence_role{role="writer"}': "1x60" };
const STANDBY: Series = {
  'persistence_role{role="writer"}': "0x60",
  'persistence_role{role="standby"}': "1x60",
};

fires("AstrolabeDown", "when nothing is scraped", {
  after: "10m",
  series: { 'up{job="other"}': "1x10" },
  labels: {},
  summary: "Prometheus has not scraped any Astrolabe for five minutes",
});
isQuiet("AstrolabeDown", "while one is scraped", { "build_info": "1x10" });
isQuiet("AstrolabeDown", "during a restart", { "build_info": "1x5 _x3 1x10" });

for (
  const [how, states] of [
    ["while a kind is listing", { Pod: "listing", Job: "synced" }],
    ["when every kind is forbidden or absent", { Pod: "forbidden", Job: "absent" }],
  ] as const
) {
  fires("AstrolabeNotReady", how, {
    after: "6m",
    series: kindStates(states),
    labels: {},
    summary: "Astrolabe a:8080 has had no complete graph for five minutes",
  });
}
isQuiet("AstrolabeNotReady", "when one of the kinds is forbidden", {
  ...kindStates({ Pod: "synced", Job: "forbidden" }),
});
isQuiet("AstrolabeNotReady", "while an old graph is served", kindStates({ Pod: "stale" }));

fires("AstrolabeKindStale", "for the kind whose watch is broken", {
  after: "6m",
  series: kindStates({ Pod: "stale", Job: "synced" }),
  labels: { kind: "Pod", state: "stale" },
  summary: "The Pod data of Astrolabe a:8080 is out of date",
});
isQuiet("AstrolabeKindStale", "when the kind is synced again soon", {
  'kind_state{kind="Pod",state="stale"}': "1x2 0x20",
});

fires("AstrolabeKindForbidden", "for the kind that is refused", {
  after: "6m",
  series: kindStates({ Secret: "forbidden", Job: "synced" }),
  labels: { kind: "Secret", state: "forbidden" },
  summary: "Astrolabe a:8080 may not list or watch Secret",
});
isQuiet(
  "AstrolabeKindForbidden",
  "when kinds are refused that roles made for version 0.1 do not grant",
  kindStates(Object.fromEntries(kinds.slice(19).map(({ kind }) => [kind, "forbidden"]))),
);
for (const name of ["AstrolabeNotReady", "AstrolabeKindStale", "AstrolabeKindForbidden"]) {
  isQuiet(name, "when custom kinds are forbidden, stale or not listed", {
    ...kindStates({ Pod: "synced" }),
    'kind_state{kind="custom",state="listing"}': "1x30",
    'kind_state{kind="custom",state="stale"}': "1x30",
    'kind_state{kind="custom",state="forbidden"}': "1x30",
    'kind_state{kind="custom",state="synced"}': "0x30",
  });
}
isQuiet("AstrolabeKindForbidden", "when a kind is not served", kindStates({ Secret: "absent" }));

fires("AstrolabeWatchesFailing", "when a watch breaks every minute", {
  after: "21m",
  series: { 'watches_total{kind="Pod",result="failed"}': "0+1x30" },
  labels: { kind: "Pod" },
  summary: "The watch of Pod failed 15 times in 15 minutes",
});
isQuiet("AstrolabeWatchesFailing", "when it breaks now and then", {
  'watches_total{kind="Pod",result="failed"}': "0x5 1x5 2x20",
});
isQuiet("AstrolabeWatchesFailing", "when it ends as it should", {
  'watches_total{kind="Pod",result="completed"}': "0+1x30",
});

fires("AstrolabeGraphDiffers", "when a comparison found a difference", {
  after: "21m",
  series: {
    'verify_differences_total{kind="Pod"}': "0x20 3x40",
    'verify_differences_total{kind="Job"}': "0x60",
  },
  labels: { kind: "Pod" },
  summary: "The Pod data of Astrolabe a:8080 differed from the API server",
});
isQuiet("AstrolabeGraphDiffers", "when comparisons find none", {
  'verify_differences_total{kind="Pod"}': "3x120",
});

fires("AstrolabeMemoryNearLimit", "above 85 % of the limit", {
  after: "16m",
  series: { "build_info": "1x30", [ofAstrolabe("process_resident_memory_bytes")]: "482344960x30" },
  labels: {},
  summary: "Astrolabe a:8080 uses 460MiB of memory",
});
isQuiet("AstrolabeMemoryNearLimit", "below that", {
  "build_info": "1x30",
  [ofAstrolabe("process_resident_memory_bytes")]: "450000000x30",
});
isQuiet("AstrolabeMemoryNearLimit", "while large answers are sent now and then", {
  "build_info": "1x30",
  [ofAstrolabe("process_resident_memory_bytes")]:
    "200000000x4 500000000x4 200000000 500000000x4 200000000 500000000x4 200000000x10",
});
isQuiet("AstrolabeMemoryNearLimit", "when another program is large", {
  "build_info": "1x30",
  'process_resident_memory_bytes{instance="b:9090",job="other"}': "900000000x30",
});

fires("AstrolabeProblemsRising", "when there are three times as many", {
  after: "80m",
  series: { 'problems{type="error-status"}': "20x60 60x40" },
  labels: { type: "error-status" },
  summary: "The cluster has 60 problems of type error-status, many more than an hour ago",
});
isQuiet("AstrolabeProblemsRising", "when there are always many", {
  'problems{type="error-status"}': "500x100",
});
isQuiet("AstrolabeProblemsRising", "when a handful comes", {
  'problems{type="error-status"}': "1x60 8x40",
});

fires("AstrolabePersistenceDisconnected", "while Redis is away", {
  after: "9m",
  series: { "persistence_connected": "1x2 0x20" },
  labels: {},
  summary: "Astrolabe a:8080 has had no connection to Redis for five minutes",
});
isQuiet("AstrolabePersistenceDisconnected", "when Redis restarts", {
  "persistence_connected": "1x2 0x3 1x20",
});
isQuiet("AstrolabePersistenceDisconnected", "without persistence", { "build_info": "1x20" });

fires("AstrolabeDirtyKeysGrowing", "when they only grow", {
  after: "25m",
  series: { "persistence_dirty_keys": "0+200x30", ...WRITER },
  labels: {},
  summary: "Astrolabe a:8080 has 5000 keys that are not written to Redis",
});
isQuiet("AstrolabeDirtyKeysGrowing", "while every burst is written", {
  "persistence_dirty_keys": "5000x5 0 8000x5 50 9000x5 0 7000x5",
  ...WRITER,
});
isQuiet("AstrolabeDirtyKeysGrowing", "for a process that does not write", {
  "persistence_dirty_keys": "0+200x30",
  ...STANDBY,
});

for (
  const [how, series] of [
    ["when the last is of long ago", { "persistence_last_snapshot_timestamp_seconds": "0x30", ...WRITER }],
    ["when there never was one", { "persistence_connected": "1x30", ...WRITER }],
  ] as const
) {
  fires("AstrolabeSnapshotTooOld", how, {
    after: "21m",
    series,
    labels: {},
    summary: "Redis may differ from the graph of Astrolabe a:8080",
  });
}
isQuiet("AstrolabeSnapshotTooOld", "while they are taken", {
  "persistence_connected": "1x60",
  "persistence_last_snapshot_timestamp_seconds": "0+60x60",
  ...WRITER,
});
isQuiet("AstrolabeSnapshotTooOld", "for a process that does not write", {
  "persistence_connected": "1x30",
  ...STANDBY,
});

fires("AstrolabeNoWriter", "when all replicas stand by", {
  after: "5m",
  series: { ...STANDBY, [ofReplica("b:8080")]: "0x30" },
  labels: { job: "astrolabe" },
  summary: "No Astrolabe of astrolabe has written to Redis for a minute",
});
isQuiet("AstrolabeNoWriter", "when another replica takes over", {
  'persistence_role{role="writer"}': "1x5 0x30",
  [ofReplica("b:8080")]: "0x5 1x30",
});
isQuiet("AstrolabeNoWriter", "without persistence", { "build_info": "1x20" });

fires("AstrolabeTwoWriters", "when two replicas write", {
  after: "5m",
  series: { ...WRITER, [ofReplica("b:8080")]: "1x30" },
  labels: { job: "astrolabe" },
  summary: "More than one Astrolabe of astrolabe writes to Redis",
});
isQuiet("AstrolabeTwoWriters", "when one was scraped before and one after a take-over", {
  'persistence_role{role="writer"}': "1x5 0x30",
  [ofReplica("b:8080")]: "0x4 1x30",
});

fires("AstrolabeRedisMemoryHigh", "above 80 % of maxmemory", {
  after: "12m",
  series: { "persistence_redis_memory_bytes": "220200960x20" },
  labels: {},
  summary: "Redis uses 210MiB, more than 80 % of its maxmemory",
});
isQuiet("AstrolabeRedisMemoryHigh", "below that", { "persistence_redis_memory_bytes": "209715200x20" });

Deno.test("Alerts, have a case in which they fire and one in which they do not", () => {
  const alerts = rules.flatMap(({ alert }) => alert ?? []);
  const tried = [...cases].filter(([, ways]) => ways.size === 2).map(([alert]) => alert);
  assertEquals(tried.toSorted(), alerts.toSorted());
});

function fires(alert: string, how: string, expected: Alert & { series: Series; after: string }): void {
  const { after, series, labels, summary } = expected;
  const severity = ["AstrolabeDown", "AstrolabeNotReady"].includes(alert) ? "critical" : "warning";
  const instance = OF_NO_INSTANCE.includes(alert) ? {} : { instance: "a:8080", job: "astrolabe" };
  const allLabels = { ...labels, ...instance, severity };
  check(alert, { how, outcome: "fires", series }, [{
    alertname: alert,
    eval_time: after,
    exp_alerts: [{
      exp_labels: allLabels,
      exp_annotations: {
        summary,
        description: descriptionOf(alert, allLabels),
        runbook_url: `${RUNBOOK}#${alert.toLowerCase()}`,
      },
    }],
  }]);
}

/** Returns the description with the labels of the alert. No other template is allowed in it. */
function descriptionOf(alert: string, labels: Readonly<Record<string, string>>): string {
  const description = rules.find((rule) => rule.alert === alert)?.annotations?.["description"] ?? "";
  return description.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => {
    const value = labels[label];
    if (value === undefined) throw new Error(`${alert}: the alert has no label ${label}`);
    return value;
  });
}

/** Checks that the alert does not fire at any minute with values. */
function isQuiet(alert: string, how: string, series: Series): void {
  const minutes = Array.from({ length: lengthOf(series) }, (_, minute) => minute);
  check(
    alert,
    { how, outcome: "is quiet", series },
    minutes.map((minute) => ({
      alertname: alert,
      eval_time: `${minute}m`,
    })),
  );
}

interface Case {
  readonly how: string;
  readonly outcome: "fires" | "is quiet";
  readonly series: Series;
}

function check(alert: string, { how, outcome, series }: Case, alertRuleTests: readonly unknown[]): void {
  cases.set(alert, (cases.get(alert) ?? new Set()).add(outcome));
  Deno.test(`${alert}, ${outcome} ${how}${skipped}`, { ignore: !promtoolAvailable }, async () => {
    const file = await Deno.makeTempFile({ suffix: ".json" });
    const tests = [{
      interval: "1m",
      input_series: Object.entries(series).map(([name, values]) => ({ series: ofAstrolabe(name), values })),
      alert_rule_test: alertRuleTests,
    }];
    await Deno.writeTextFile(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: "1m", tests }));
    const { success, output } = await promtool("test", "rules", file);
    await Deno.remove(file);
    assert(success, output);
  });
}

/** Returns the series as scraped: `nodes{kind="Pod"}` is astrolabe_nodes of one instance. */
function ofAstrolabe(series: string): string {
  if (series.includes("job=")) return series;
  const [, name = "", labels = ""] = /^(\w+)(?:\{(.*)\})?$/.exec(series) ?? [];
  const full = /^(?:process|astrolabe)_/.test(name) ? name : `astrolabe_${name}`;
  return `${full}{${['instance="a:8080"', 'job="astrolabe"', labels].filter(Boolean).join()}}`;
}

function kindStates(states: Readonly<Record<string, KindState>>): Series {
  return Object.fromEntries(
    Object.entries(states).flatMap(([kind, state]) =>
      KIND_STATES.map((one) => [`kind_state{kind="${kind}",state="${one}"}`, one === state ? "1x30" : "0x30"])
    ),
  );
}

/** Returns the length of the shortest series, in minutes. */
function lengthOf(series: Series): number {
  const lengths = Object.values(series).map((values) =>
    values.split(" ").reduce((sum, part) => sum + 1 + Number(/x(\d+)$/.exec(part)?.[1] ?? 0), 0)
  );
  return Math.min(...lengths);
}

/** The writer's series of another replica. */
function ofReplica(instance: string): string {
  return `astrolabe_persistence_role{instance="${instance}",job="astrolabe",role="writer"}`;
}
