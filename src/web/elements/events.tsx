/** What has changed since the screen was opened, newest first, from the deltas of the stream. */
import type { Delta } from "../live/stream.ts";
import { hrefOfResource } from "../place.ts";
import { Since } from "./text.tsx";

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
  if (deltas.some(({ op }) => op === "scope_changed")) {
    // Remember what was there, so that only later changes are events.
    return before;
  }
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

export function EventList({ events }: { readonly events: readonly Event[] }) {
  if (events.length === 0) return <p class="dim">Nothing has changed yet.</p>;
  return (
    <ol class="events">
      {events.map(({ at, uid, subject, status, text }) => (
        <li>
          <span class="dim">
            <Since time={at} />
          </span>{" "}
          {status === "Gone" ? subject : <a href={hrefOfResource(uid)}>{subject}</a>}{" "}
          <span class={status === "Error" ? "bad" : status === "Pending" ? "warn" : "dim"}>{text}</span>
        </li>
      ))}
    </ol>
  );
}
