/** Home: the causes on the left, the bands on the right, sums above. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Band, type Cause, type Kind, staleKindsOf, textOf } from "../answers.ts";
import { BandView, keyOfBand } from "../elements/band.tsx";
import { CauseList } from "../elements/causes.tsx";
import { Empty, Failed, Loading } from "../elements/notice.tsx";
import { grouped } from "../layout/words.ts";
import { keepOrder } from "../layout/keep_order.ts";
import { useAnswer } from "../live/hooks.ts";
import { hrefWith, type Place } from "../place.ts";

const CAUSES_SHOWN = 100;
const BANDS_STEP = 200;
const FIRST_BANDS = 5;
const LANES_DRAWN_MS = 500;

export function Home(
  { place, kinds }: { readonly place: Place; readonly kinds: readonly Kind[] | undefined },
) {
  const [limit, setLimit] = useState(BANDS_STEP);
  const scope = scopeOf(place);
  const causes = useAnswer<Cause[]>(`api/v1/causes?limit=${CAUSES_SHOWN}${scope}`, { keepsLast: true });
  const bands = useAnswer<Band[]>(`api/v1/bands?limit=${limit}${scope}`, { keepsLast: true });
  const selected = causes.value?.find(({ id }) => id === place.params.get("cause"));
  const marked = new Set(selected ? idsOf(selected) : []);
  const stale = staleKindsOf(kinds);
  const shown = useSteadyOrder(bands.value);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selected === undefined) return;
    const show = () => showBand(list.current, bandOf(selected, bands.value ?? []));
    show();
    document.querySelector("aside .cause.selected")?.scrollIntoView({ block: "nearest" });
    // The bands above have their lanes only now, and are higher than before.
    const timer = setTimeout(show, LANES_DRAWN_MS);
    return () => clearTimeout(timer);
  }, [selected?.id, bands.value !== undefined]);

  return (
    <div class="home">
      <aside aria-label="Causes">
        <CauseList answer={causes} place={place} />
      </aside>
      <main ref={list} id="main" tabIndex={-1}>
        <Sums bands={bands.value} kinds={kinds} hasMore={bands.next !== undefined} place={place} />
        {bands.failure && <Failed failure={bands.failure} what="the bands" />}
        {bands.value === undefined && !bands.failure && <Loading what="the cluster" />}
        {bands.value?.length === 0 && (
          <Empty title="No workloads here">
            {scope === ""
              ? "Nothing runs in this cluster yet, or you may not see it."
              : "Nothing matches these filters."}
          </Empty>
        )}
        {shown.map((band, i) => (
          <BandView
            key={keyOfBand(band)}
            band={band}
            place={place}
            marked={marked}
            stale={stale}
            isFirst={i < FIRST_BANDS}
          />
        ))}
        {bands.next && <More onSeen={() => setLimit(limit + BANDS_STEP)} key={`more ${limit}`} />}
      </main>
    </div>
  );
}

/** The filters of Home, as parameters of a query that has others before. */
export function scopeOf({ params }: Place): string {
  return params.getAll("namespace").map((it) => `&namespace=${encodeURIComponent(it)}`).join("");
}

function idsOf({ cause, affected }: Cause): string[] {
  const own = cause.uid ?? `missing ${cause.kind} ${cause.namespace} ${cause.name}`;
  return [own, ...affected.map(({ uid }) => uid)];
}

/** Returns the key of the band that a cause belongs to, if that is on the page. */
function bandOf({ releases, cause, affected }: Cause, bands: readonly Band[]): string | undefined {
  const uids = new Set([cause.uid, ...affected.map(({ uid }) => uid)]);
  const names = new Set(releases.map(textOf));
  const band = bands.find(({ release, owner }) =>
    release ? names.has(textOf(release)) : uids.has(owner?.uid)
  );
  return band && keyOfBand(band);
}

/** Scrolls to a band. */
function showBand(list: HTMLElement | null, key: string | undefined): void {
  const bands = [...list?.querySelectorAll<HTMLElement>("[data-key]") ?? []];
  bands.find(({ dataset }) => dataset.key === key)?.scrollIntoView({ block: "start" });
}

/** Keeps the order of the bands while the pointer is over them, so that nothing moves below it. */
function useSteadyOrder(bands: readonly Band[] | undefined): readonly Band[] {
  const last = useRef<readonly Band[]>([]);
  const isHeld = last.current !== null && document.querySelector("main:hover .band:hover") !== null;
  const next = bands ?? [];
  last.current = isHeld ? keepOrder(last.current ?? [], next, keyOfBand) : next;
  return last.current;
}

function Sums(
  { bands, kinds, hasMore, place }: {
    readonly bands: readonly Band[] | undefined;
    readonly kinds: readonly Kind[] | undefined;
    readonly hasMore: boolean;
    readonly place: Place;
  },
) {
  if (bands === undefined || kinds === undefined) return <div class="sums" />;
  const inError = bands.reduce((sum, { counts }) => sum + counts.errors, 0);
  const pending = bands.reduce((sum, { pods }) => sum + pods.pending, 0);
  const releases = bands.filter(({ release }) => release).length;
  const namespaces = place.params.getAll("namespace");
  const resources = kinds.reduce((sum, { count }) => sum + count, 0);
  return (
    <div class="sums">
      {namespaces.map((it) => (
        <a class="chip remove" href={hrefWith(place, { namespace: undefined })}>namespace {it} ✕</a>
      ))}
      <span>
        <b class="bad">{grouped(inError)}</b> in error
      </span>
      <span>
        <b class="warn">{grouped(pending)}</b> pending Pods
      </span>
      {namespaces.length === 0 && (
        <span>
          <b>{grouped(resources)}</b> resources
        </span>
      )}
      <span>
        <b>{grouped(releases)}{hasMore ? "+" : ""}</b> releases
      </span>
      <span>
        <b>{grouped(bands.length - releases)}{hasMore ? "+" : ""}</b> workloads without one
      </span>
    </div>
  );
}

/** The end of the list: asks for more when it comes into view. */
function More({ onSeen }: { readonly onSeen: () => void }) {
  const element = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) onSeen();
    }, { rootMargin: "600px" });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return <p class="dim" ref={element}>Reading more …</p>;
}
