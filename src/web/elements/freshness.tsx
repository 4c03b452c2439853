/** How current the page is: the connection, the kinds, and the last change. */
import type { Kind } from "../answers.ts";
import type { Answer } from "../live/reader.ts";
import type { LiveState } from "../live/hooks.ts";
import { hrefOf } from "../place.ts";
import { counted } from "../layout/words.ts";
import { Since } from "./text.tsx";

const WORDS = {
  live: ["live", "ready"],
  connecting: ["connecting", "pending"],
  lost: ["reconnecting", "error"],
  hidden: ["paused", "unknown"],
} as const;

export function Freshness({ live, kinds }: { readonly live: LiveState; readonly kinds: Answer<Kind[]> }) {
  const all = kinds.value?.filter(({ state }) => state !== "absent") ?? [];
  // A watch that has just broken has an error before its kind counts as stale.
  const behind = all.filter(({ state, error }) => state !== "synced" || error !== undefined);
  const synced = all.length - behind.length;
  const isBehind = live.connection === "live" &&
    behind.some(({ state }) => state !== "forbidden" && state !== "too-many");
  const [word, look] = isBehind ? ["behind", "pending"] : WORDS[live.connection];
  const title = live.failure?.message ?? "";
  return (
    <span class={`freshness ${word}`} role="status">
      <span class={`dot ${look}`} aria-hidden="true" />
      <b title={title}>{word}</b>
      {kinds.value && <a href={hrefOf("kinds")}>{synced} of {counted(all.length, "kind")}</a>}
      {behind.length > 0 && <a class="warn" href={hrefOf("kinds")}>{describe(behind)}</a>}
      {live.changedAt !== undefined && (
        <span class="changed">
          last change <Since time={live.changedAt} suffix=" ago" />
        </span>
      )}
    </span>
  );
}

const NAMED_MAX = 2;

/** Names the kinds that are not synced, with their state. */
function describe(kinds: readonly Kind[]): string {
  const named = kinds.slice(0, NAMED_MAX).map(({ kind, state }) =>
    `${kind} ${state === "synced" ? "cut off" : state}`
  ).join(", ");
  return kinds.length > NAMED_MAX ? `${named} and ${kinds.length - NAMED_MAX} more` : named;
}
