/** What has changed since the screen was opened, newest first. */
import type { Event } from "../layout/events.ts";
import { hrefOfResource } from "../place.ts";
import { Since } from "./text.tsx";

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
