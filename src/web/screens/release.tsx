/** A release, or an owner without one: its band unfolded, its state, problems, events and commands. */
import { useState } from "preact/hooks";
import {
  type Band,
  type Cause,
  type Kind,
  type Problem,
  type RelatedResource,
  type Release,
  type Revision,
  staleKindsOf,
} from "../answers.ts";
import { BandGraph } from "../elements/band.tsx";
import { CauseList } from "../elements/causes.tsx";
import { commandsFor, commandsForRelease } from "../layout/commands.ts";
import { Command } from "../elements/copy.tsx";
import { EventList } from "../elements/events.tsx";
import { addEvents, type Event } from "../layout/events.ts";
import { Fact, Facts } from "../elements/facts.tsx";
import { Empty, Failed } from "../elements/notice.tsx";
import { Pods, StatusDot } from "../elements/status.tsx";
import { counted, grouped } from "../layout/words.ts";
import { Name, Since } from "../elements/text.tsx";
import { useAnswer, useDeltas } from "../live/hooks.ts";
import { hrefOf, type Place } from "../place.ts";

const USES_SHOWN = 60;

export function ReleaseScreen(
  { place, kinds }: { readonly place: Place; readonly kinds: readonly Kind[] | undefined },
) {
  const text = place.params.get("release") ?? "";
  const [namespace = "", name = ""] = text.split("/", 2);
  const query = `release=${encodeURIComponent(text)}`;
  const bands = useAnswer<Band[]>(`api/v1/bands?${query}`);
  const details = useAnswer<Release[]>(
    `api/v1/releases?detail=true&namespace=${encodeURIComponent(namespace)}`,
  );
  const history = useAnswer<Revision[]>(
    `api/v1/releases/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/history`,
  );
  const band = bands.value?.find(({ release }) => release?.namespace === namespace && release.name === name);
  const detail = details.value?.find((it) => it.namespace === namespace && it.name === name);
  const isUnknown = bands.value !== undefined && details.value !== undefined && !band && !detail;
  return (
    <main class="screen" id="main" tabIndex={-1}>
      <p class="crumbs">
        <a href={hrefOf("home", { namespace })}>{namespace}</a>
      </p>
      <h2>
        {band && <StatusDot status={band.status} />} <Name text={name} max={80} />
        <span class="dim">Helm release</span>
      </h2>
      {isUnknown && (
        <Empty title="There is no such release">It may be uninstalled, or you may not see it.</Empty>
      )}
      {bands.failure && <Failed failure={bands.failure} what="the release" />}
      <Facts>
        {detail && (
          <>
            <Fact name="Chart">{detail.charts.join(", ") || "none"}</Fact>
            <Fact name="Revision">{detail.revision ?? "none stored"}</Fact>
            <Fact name="Helm status">{detail.helmStatus ?? "not known to Helm"}</Fact>
            <Fact name="Updated">{detail.updated ? <Since time={detail.updated} suffix=" ago" /> : "–"}</Fact>
          </>
        )}
        {band && (
          <>
            <Fact name="Pods">
              <Pods counts={band.pods} />
            </Fact>
            <Fact name="Resources">{grouped(band.counts.nodes)}</Fact>
          </>
        )}
      </Facts>
      <Body
        query={query}
        place={place}
        kinds={kinds}
        release={{ namespace, name }}
        hasProblems={(band?.causes ?? 0) > 0}
      />
      <div class="columns">
        <section>
          <h3>History</h3>
          {history.value?.length === 0 && <p class="dim">Helm has stored no revision.</p>}
          <ol class="history">
            {(history.value ?? []).map(({ revision, status, updated }) => (
              <li>
                <b>{revision}</b> {status}{" "}
                <span class="dim">
                  <Since time={updated} suffix=" ago" />
                </span>
              </li>
            ))}
          </ol>
        </section>
        <section>
          <h3>Commands</h3>
          {commandsForRelease({ namespace, name }).map((it) => <Command key={it} text={it} />)}
        </section>
      </div>
    </main>
  );
}

export function OwnerScreen(
  { place, kinds }: { readonly place: Place; readonly kinds: readonly Kind[] | undefined },
) {
  const uid = place.params.get("uid") ?? "";
  const owner = useAnswer<RelatedResource>(`api/v1/resources/${encodeURIComponent(uid)}`);
  const { value, failure } = owner;
  return (
    <main class="screen" id="main" tabIndex={-1}>
      {failure && <Failed failure={failure} what="the workload" />}
      {value && (
        <>
          <p class="crumbs">
            <a href={hrefOf("home", { namespace: value.namespace })}>{value.namespace}</a>
          </p>
          <h2>
            <StatusDot status={value.status} /> <Name text={value.name} max={80} />
            <span class="dim">{value.kind}, in no release</span>
          </h2>
          <p class={value.status === "Ready" ? "dim" : "bad"}>{value.message}</p>
          <Body
            query={`owner=${encodeURIComponent(uid)}`}
            place={place}
            kinds={kinds}
            hasProblems
            release={undefined}
          />
          <section>
            <h3>Commands</h3>
            {commandsFor(value, value.apiVersion).map((it) => <Command key={it} text={it} />)}
          </section>
        </>
      )}
    </main>
  );
}

interface BodyProps {
  readonly query: string;
  readonly place: Place;
  readonly kinds: readonly Kind[] | undefined;
  readonly release: Band["release"];
  readonly hasProblems: boolean;
}

const PROBLEM_WORDS: Readonly<Record<Problem["type"], string>> = {
  "unresolved-reference": "missing",
  "error-status": "error",
  "service-selects-nothing": "no Pods",
  "unused-claim": "unused",
  "helm-release": "Helm",
  "stuck": "stuck",
};

/** The lanes, the causes, the problems and what has happened since the screen was opened. */
function Body({ query, place, kinds, release, hasProblems }: BodyProps) {
  const [events, setEvents] = useState<readonly Event[]>([]);
  useDeltas((deltas) => setEvents((before) => addEvents(before, deltas, Date.now())));
  const causes = useAnswer<Cause[]>(`api/v1/causes?${query}`);
  const problems = useAnswer<Problem[]>(`api/v1/problems?${query}`);
  const selected = causes.value?.find(({ id }) => id === place.params.get("cause"));
  const marked = new Set([...selected?.affected.map(({ uid }) => uid) ?? [], selected?.cause.uid ?? ""]);
  const stale = staleKindsOf(kinds);
  return (
    <>
      <BandGraph {...{ query, place, marked, stale, release, hasProblems }} usesMax={USES_SHOWN} />
      <div class="columns">
        <section>
          <CauseList answer={causes} place={place} />
        </section>
        <section>
          <h3>{counted(problems.value?.length ?? 0, "problem")}</h3>
          <ul class="plain">
            {(problems.value ?? []).map(({ type, kind, name, message, severity, since, uid }) => (
              <li>
                <span class={severity === "error" ? "bad" : "warn"}>{PROBLEM_WORDS[type]}</span>{" "}
                <a href={hrefOf("resource", { uid })}>{kind} {name}</a>: {message}{" "}
                <span class="dim">
                  <Since time={since} />
                </span>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h3>
            Events <span class="dim">since you opened this</span>
          </h3>
          <EventList events={events} />
        </section>
      </div>
    </>
  );
}
