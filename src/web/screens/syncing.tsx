/** The first minutes of a server: which kinds are read, and how many resources of each are there. */
import type { Kind } from "../answers.ts";
import { grouped } from "../layout/words.ts";

export function Syncing({ kinds }: { readonly kinds: readonly Kind[] }) {
  const done = kinds.filter(({ state }) => state !== "listing").length;
  return (
    <main class="screen" id="main" tabIndex={-1}>
      <h2>Reading the cluster</h2>
      <p class="dim" role="status">
        {done} of {kinds.length} kinds are read. The page shows them as soon as one is.
      </p>
      <ul class="plain">
        {kinds.map(({ kind, state, count, error }) => (
          <li>
            <span class={`dot ${state === "synced" ? "ready" : "pending"}`} aria-hidden="true" /> {kind}{" "}
            <span class="dim">{state}, {grouped(count)}</span> {error && <span class="bad">{error}</span>}
          </li>
        ))}
      </ul>
    </main>
  );
}
