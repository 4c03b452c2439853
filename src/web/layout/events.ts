/** Events of a screen: what the deltas of the stream say has changed since it was opened. */
import type { Delta } from "../answers.ts";

export interface Event {
  readonly at: number;
  readonly uid: string;
  readonly subject: string;
  readonly status: string;
  readonly text: string;
}

const KEPT = 50;

/** Returns the events with those of a batch in front. A snapshot is the state before all events. */
export function addEvents(before: readonly Event[], deltas: readonly Delta[], now: number): readonly Event[] {
  if (deltas.some(({ op }) => op === "scope_changed")) return before;
  const added = deltas.flatMap(({ op, node, uid }): Event[] => {
    if (op === "upsert_node" && node) {
      const subject = `${node.kind} ${node.name}`;
      const last = before.find((it) => it.uid === node.uid);
      const text = `${node.status}: ${node.message}`;
      return last?.text === text ? [] : [{ at: now, uid: node.uid, subject, status: node.status, text }];
    }
    if (op === "remove_node" && uid !== undefined) {
      const last = before.find((it) => it.uid === uid);
      return [{
        at: now,
        uid,
        subject: last?.subject ?? "A resource",
        status: "Gone",
        text: "left the release",
      }];
    }
    return [];
  });
  return [...added.reverse(), ...before].slice(0, KEPT);
}
