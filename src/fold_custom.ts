import type { KindNumbers } from "./metrics.ts";

/** The numbers of one kind. */
export interface FollowedKind extends Omit<KindNumbers, "states"> {
  readonly state: string;
  readonly custom: boolean;
}

type Counts = Readonly<Record<string, number>>;

/** The label of all custom kinds together: clusters have hundreds of them. */
const CUSTOM = "custom";

/** Returns the numbers of each built-in kind, and the sums of the custom kinds as those of one. */
export function foldCustom(kinds: readonly FollowedKind[]): KindNumbers[] {
  const builtIn = kinds.filter(({ custom }) => !custom).map(({ state, ...kind }) => ({
    ...kind,
    states: { [state]: 1 },
  }));
  const custom = kinds.filter(({ custom }) => custom);
  if (custom.length === 0) return builtIn;
  const sum = (read: (kind: FollowedKind) => number) => custom.reduce((sum, kind) => sum + read(kind), 0);
  const oldest = (read: (kind: FollowedKind) => number) => Math.min(...custom.map(read).filter(Boolean));
  const folded = {
    kind: CUSTOM,
    nodes: sum(({ nodes }) => nodes),
    states: sumOf(custom.map(({ state }) => ({ [state]: 1 }))),
    lastEvent: finite(oldest(({ lastEvent }) => lastEvent)),
    lists: sumOf(custom.map(({ lists }) => lists)),
    watches: sumOf(custom.map(({ watches }) => watches)),
    events: sumOf(custom.map(({ events }) => events)),
    differences: sum(({ differences }) => differences),
    verifiedAt: finite(oldest(({ verifiedAt }) => verifiedAt)),
  };
  return [...builtIn, folded];
}

function sumOf(all: readonly Counts[]): Counts {
  const sums: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

/** Returns 0, which means never, for the smallest of no numbers. */
function finite(number: number): number {
  return number === Infinity ? 0 : number;
}
