/**
 * Measures how well /api/v1/causes names what is wrong. Injects known faults into healthy sample clusters, a
 * cluster for each seed, and compares the causes with the faults:
 *
 *     deno task causes-score [--seeds 200] [--seed 1] [--objects 5000] [--verbose]
 *
 * Ends with 1 where the score is below what is promised.
 */
import { parseArgs } from "@std/cli/parse-args";
import { Api, NOW } from "../http/api.ts";
import type { KubeObject } from "../http/objects.ts";
import { FaultyCluster, textOf } from "./faulty_cluster.ts";
import { FAULTS } from "./faults.ts";
import {
  type CauseEntry,
  type Groupings,
  groupingsOf,
  type InjectedFault,
  type ProblemEntry,
  rootsNamed,
} from "./groupings.ts";
import { type Score, scoreOf } from "./score.ts";

const F1_LEAST = 0.97;
const ROOTS_LEAST = 0.95;
const FAULTS_MOST = 40;
/** All problems that begin with time have begun after this long. */
const PATIENCE_MS = 20 * 60_000;

interface Run {
  readonly faults: readonly InjectedFault[];
  readonly causes: readonly CauseEntry[];
  readonly groupings: Groupings;
  readonly score: Score;
  readonly rootNamed: readonly boolean[];
}

async function runSeed(seed: number, objects: number): Promise<Run> {
  const cluster = new FaultyCluster({ objects, seed, now: NOW });
  const faults: InjectedFault[] = [];
  const kinds = Object.entries(FAULTS);
  for (let left = cluster.random.between(1, FAULTS_MOST); left > 0; left--) {
    const [kind, inject] = cluster.random.pick(kinds);
    for (const injected of [inject(cluster) ?? []].flat()) faults.push({ kind, ...injected });
  }
  const api = new Api(cluster.objects() as Iterable<KubeObject>);
  api.clock.advance(PATIENCE_MS);
  const problems: ProblemEntry[] = await api.get("/api/v1/problems");
  const causes = await causesOf(api, problems);
  const groupings = groupingsOf({ problems, causes, faults });
  const score = scoreOf(groupings.found, groupings.truth);
  return { faults, causes, groupings, score, rootNamed: rootsNamed(groupings, { causes, faults }) };
}

/**
 * Returns the causes with all their resources. An answer names at most twenty of each; the causes of the others
 * are asked for by name.
 */
async function causesOf(api: Api, problems: readonly ProblemEntry[]): Promise<CauseEntry[]> {
  const causes: CauseEntry[] = await api.get("/api/v1/causes");
  const named = new Set(causes.flatMap(({ affected }) => affected.map(({ uid }) => uid)));
  const byId = new Map(
    causes.map(({ affected, ...cause }) => [cause.id, { ...cause, affected: [...affected] }]),
  );
  for (const { uid, kind, namespace, name } of problems.filter(({ uid }) => !named.has(uid))) {
    const query = new URLSearchParams({ kind, name, ...(namespace === "" ? {} : { namespace }) });
    const ofResource: CauseEntry[] = await api.get(`/api/v1/causes?${query}`);
    for (const { id } of ofResource) byId.get(id)?.affected.push({ uid });
    named.add(uid);
  }
  return Array.from(byId.values());
}

function describe(seed: number, { groupings, faults, causes, rootNamed, score }: Run): void {
  const shown = (name: string, entries: readonly unknown[]) => {
    for (const entry of entries) console.log(`seed ${seed}: ${name}: ${JSON.stringify(entry)}`);
  };
  shown("unexplained", groupings.unexplained);
  shown("without a cause", groupings.withoutCause);
  for (const [at, { kind, root }] of faults.entries()) {
    const ids = new Set(groupings.found.filter((_, problem) => groupings.truth[problem] === String(at)));
    if (rootNamed[at] && ids.size === 1) continue;
    const named = causes.filter(({ id }) => ids.has(id)).map(({ cause }) => textOf(cause));
    shown(rootNamed[at] ? `torn apart: ${kind}` : `root not named: ${kind}`, [{ root: textOf(root), named }]);
  }
  console.log(`seed ${seed}: ${faults.length} faults, ${groupings.found.length} problems, F1 ${score.f1}`);
}

const flags = parseArgs(Deno.args.filter((arg) => arg !== "--verbose"), {
  string: ["seeds", "seed", "objects"],
});
const numberOf = (name: string, otherwise: number) => Number(flags[name] ?? otherwise);
const [seeds, first, objects] = [numberOf("seeds", 200), numberOf("seed", 1), numberOf("objects", 5_000)];
const verbose = Deno.args.includes("--verbose");
const scores: Score[] = [];
const byKind = new Map<string, { injected: number; named: number }>();
let unexplained = 0;
let withoutCause = 0;
for (let seed = first; seed < first + seeds; seed++) {
  const run = await runSeed(seed, objects);
  if (verbose) describe(seed, run);
  scores.push(run.score);
  unexplained += run.groupings.unexplained.length;
  withoutCause += run.groupings.withoutCause.length;
  for (const [at, { kind }] of run.faults.entries()) {
    const counts = byKind.get(kind) ?? { injected: 0, named: 0 };
    counts.injected++;
    if (run.rootNamed[at]) counts.named++;
    byKind.set(kind, counts);
  }
}

const mean = (of: (score: Score) => number) =>
  scores.reduce((sum, score) => sum + of(score), 0) / scores.length;
const total = Array.from(byKind.values()).reduce(
  (sum, { injected, named }) => ({ injected: sum.injected + injected, named: sum.named + named }),
  { injected: 0, named: 0 },
);
const share = total.named / total.injected;
const f1 = mean((score) => score.f1);
for (const [kind, { injected, named }] of Array.from(byKind).sort()) {
  console.log(`${kind.padEnd(50)} ${String(named).padStart(5)} of ${injected} roots named right`);
}
console.log(
  `\n${seeds} clusters of ${objects} objects, ${total.injected} faults of ${byKind.size} kinds\n` +
    `precision ${mean((score) => score.precision).toFixed(4)}, recall ${
      mean((score) => score.recall).toFixed(4)
    }, F1 ${f1.toFixed(4)} (must: ${F1_LEAST}), adjusted Rand index ${
      mean((score) => score.adjustedRandIndex).toFixed(4)
    }\nroot named right ${share.toFixed(4)} (must: ${ROOTS_LEAST})\n` +
    `${unexplained} problems without a fault, ${withoutCause} without a cause`,
);
Deno.exit(f1 >= F1_LEAST && share >= ROOTS_LEAST && withoutCause === 0 ? 0 : 1);
