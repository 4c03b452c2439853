/**
 * A band: a release, or an owner without one, with its lanes. Its graph is read once it scrolls into view, and
 * dropped when it leaves. A band in which all is Ready is one row.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Band, Graph, Problem } from "../answers.ts";
import { useAnswer } from "../live/hooks.ts";
import { hrefOf, hrefOfRelease, hrefWith, type Place } from "../place.ts";
import { pictureOf } from "../layout/picture.ts";
import { Lanes } from "./lanes.tsx";
import { Failed } from "./notice.tsx";
import { Pods, StatusDot } from "./status.tsx";
import { counted } from "../layout/words.ts";
import { Name, Since } from "./text.tsx";

export interface BandProps {
  readonly band: Band;
  readonly place: Place;
  readonly marked: ReadonlySet<string>;
  readonly stale: ReadonlySet<string>;
  /** It is among the first, so that its graph is read before the browser tells what is in view. */
  readonly isFirst: boolean;
}

/** Returns a text that tells a band from all others. */
export function keyOfBand({ release, owner }: Band): string {
  return release ? `release ${release.namespace}/${release.name}` : `owner ${owner?.uid}`;
}

export function BandView({ band, place, marked, stale, isFirst }: BandProps) {
  const { release, owner, status, counts, causes, chart, pods, since } = band;
  const key = keyOfBand(band);
  const [isNear, setNear] = useState(isFirst);
  const element = useRef<HTMLElement>(null);
  const height = useRef(0);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        const isIn = entries.at(-1)?.isIntersecting ?? false;
        if (!isIn && element.current) height.current = element.current.offsetHeight;
        setNear(isIn);
      },
      { rootMargin: "300px" },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);

  const isOpen = status !== "Ready";
  const { namespace = "", name = "" } = release ?? owner ?? {};
  const href = release ? hrefOfRelease(release) : hrefOf("owner", { uid: owner?.uid });
  const reserved = isOpen && !isNear ? { minHeight: `${height.current || 160}px` } : {};
  return (
    <section
      class={isOpen ? "band" : "band row"}
      ref={element}
      style={reserved}
      aria-label={`${namespace}/${name}`}
      data-key={key}
    >
      <h3>
        <StatusDot status={status} />
        <a href={href}>
          <span class="namespace">{namespace}/</span>
          <Name text={name} />
        </a>
        {owner && <span class="tag">{owner.kind}, no release</span>}
        {chart && <span class="dim chart">{chart}</span>}
        <span class="dim">{counted(counts.nodes, "resource")}</span>
        {causes > 0 && <span class="bad">{counted(causes, "cause")}</span>}
        {since && (
          <span class="dim">
            since <Since time={since} suffix="" />
          </span>
        )}
        {!isOpen && <Pods counts={pods} />}
      </h3>
      {isOpen && isNear && (
        <BandGraph
          query={release
            ? `release=${encodeURIComponent(`${namespace}/${name}`)}`
            : `owner=${encodeURIComponent(owner?.uid ?? "")}`}
          hasProblems={causes > 0}
          {...{ release, place, marked, stale }}
        />
      )}
    </section>
  );
}

interface BandGraphProps {
  readonly query: string;
  readonly hasProblems: boolean;
  readonly release: Band["release"];
  readonly place: Place;
  readonly marked: ReadonlySet<string>;
  readonly stale: ReadonlySet<string>;
  readonly usesMax?: number;
}

const USES_SHOWN = 9;

export function BandGraph(
  { query, hasProblems, release, place, marked, stale, usesMax = USES_SHOWN }: BandGraphProps,
) {
  const graph = useAnswer<Graph>(`api/v1/graph?${query}`);
  const problems = useAnswer<Problem[]>(hasProblems ? `api/v1/problems?${query}` : undefined);
  if (graph.value === undefined) {
    return graph.failure
      ? <Failed failure={graph.failure} what="this part of the graph" />
      : <p class="dim">Reading …</p>;
  }
  const picture = pictureOf(graph.value, problems.value ?? [], { release });
  const unfold = (uid: string, isOpen: boolean) => hrefWith(place, { unfold: isOpen ? undefined : uid });
  return (
    <Lanes
      picture={picture}
      marked={marked}
      stale={stale}
      unfolded={place.params.get("unfold") ?? ""}
      unfold={unfold}
      usesMax={usesMax}
      more={hrefOf("search", { query: release ? `release:${release.namespace}/${release.name}` : undefined })}
    />
  );
}
