/** The kinds that the server follows, and how current each is. */
import type { Kind } from "../answers.ts";
import { Failed, Loading } from "../elements/notice.tsx";
import { grouped } from "../layout/words.ts";
import { Since } from "../elements/text.tsx";
import type { Answer } from "../live/reader.ts";
import { hrefOf } from "../place.ts";

const EXPLANATIONS: Readonly<Record<string, string>> = {
  synced: "current",
  listing: "being read for the first time",
  stale: "its watch is cut: what is shown may be old",
  forbidden: "the server may not list it",
  absent: "the API server does not serve it",
  "too-many": "it has too many objects to follow",
};

const LOOK: Readonly<Record<string, string>> = { synced: "ready", listing: "pending", stale: "error" };

export function KindsScreen({ kinds: { value, failure } }: { readonly kinds: Answer<Kind[]> }) {
  return (
    <main class="screen" id="main" tabIndex={-1}>
      <h2>Kinds</h2>
      {failure && <Failed failure={failure} what="the kinds" />}
      {value === undefined && !failure && <Loading what="the kinds" />}
      {value && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>State</th>
                <th>Kind</th>
                <th class="wide">Group</th>
                <th class="number">Resources</th>
                <th class="wide">Last event</th>
                <th>Error</th>
              </tr>
            </thead>
            <tbody>
              {value.map(({ group, version, kind, state, count, lastEvent, error, custom }) => (
                <tr>
                  <td title={EXPLANATIONS[state]}>
                    <span class={`dot ${LOOK[state] ?? "unknown"}`} aria-hidden="true" /> {state}
                  </td>
                  <td>
                    <a
                      href={hrefOf("search", { query: `kind:${custom ? `${kind}.${group}` : kind}` })}
                      data-item
                    >
                      {kind}
                    </a>
                    {custom && <span class="tag">custom</span>}
                  </td>
                  <td class="dim wide">{group === "" ? version : `${group}/${version}`}</td>
                  <td class="number">{grouped(count)}</td>
                  <td class="wide">{lastEvent && <Since time={lastEvent} suffix=" ago" />}</td>
                  <td class="bad">{error ?? ""}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </main>
  );
}
