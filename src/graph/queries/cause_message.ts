import { STATUSES } from "../../model/status.ts";
import { type CauseRoots, unwellPodsOf } from "./cause_roots.ts";
import { descendantsOf, isOver, isSuperseded } from "./outcome.ts";
import { shownMessage } from "./shown_message.ts";
import { kindOf, type Sight } from "./sight.ts";

const ERROR = STATUSES.indexOf("Error");
const READY = STATUSES.indexOf("Ready");

/**
 * Returns the most specific message for a resource and the resources that it owns: the message of most of its
 * failing Pods, otherwise that of the lowest failing resource.
 *
 * @param witness A resource with a problem that has this root.
 */
export function causeMessage(
  sight: Sight,
  { row, witness }: { row: number; witness: number },
  roots: CauseRoots,
): string {
  const { rows, strings } = sight.tables;
  const status = rows.status.data;
  const messageOf = (it: number) => strings.text(shownMessage(sight, it));
  const owned = [...descendantsOf(sight, row)].filter((it) =>
    !isSuperseded(sight, it) && (status[it] === READY || !isOver(sight, it))
  );
  const isPod = (it: number) => kindOf(sight, it).role === "pod";
  const ownPods = unwellPodsOf(sight, row).filter((pod) => roots.ofRow(pod).row === row);
  const failing = ownPods.filter((pod) => status[pod] === ERROR);
  if (failing.length === 0) {
    const lowest = owned.findLast((it) => !isPod(it) && status[it] === ERROR);
    if (lowest !== undefined) return messageOf(lowest);
    if (status[row] === ERROR) return messageOf(row);
  }
  const pods = failing.length > 0 ? failing : ownPods;
  if (pods.length === 0) return messageOf(status[row] === READY ? witness : row);

  const counts = new Map<number, number>();
  for (const pod of pods) {
    const message = shownMessage(sight, pod);
    counts.set(message, (counts.get(message) ?? 0) + 1);
  }
  const [[message, count]] = [...counts].sort(([, a], [, b]) => b - a) as [[number, number]];
  const words = strings.text(message);
  return `${count} of ${owned.filter(isPod).length} Pods: ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}
