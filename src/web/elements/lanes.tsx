/** Draws a picture as lanes with lines, or as a list where the page is narrow. */
import { useEffect, useRef, useState } from "preact/hooks";
import { laneWidths, layOut } from "../layout/lanes.ts";
import { idOfUse, type Picture } from "../layout/picture.ts";
import {
  CARD_HEIGHT,
  CardView,
  heightOfWorkload,
  USE_HEIGHT,
  UseView,
  type Where,
  WorkloadView,
} from "./cards.tsx";
import { grouped } from "../layout/words.ts";

interface LanesProps {
  readonly picture: Picture;
  readonly marked: ReadonlySet<string>;
  readonly stale: ReadonlySet<string>;
  /** The uid of the workload whose ReplicaSets and Jobs are shown. */
  readonly unfolded: string;
  readonly unfold: (uid: string, isOpen: boolean) => string;
  readonly usesMax: number;
  /** Where the rest of a long lane is listed. */
  readonly more: string;
}

const LANE_NAMES = ["Entry", "Service", "Workload", "Uses"];

export function Lanes(props: LanesProps) {
  const { picture, marked, stale, unfolded, unfold, usesMax, more } = props;
  const [element, width] = useWidth();
  const uses = picture.uses.slice(0, usesMax);
  const hidden = picture.uses.length - uses.length;
  const lanes = [
    picture.entries.map(({ node }) => ({ id: node.uid, height: CARD_HEIGHT })),
    picture.services.map(({ node }) => ({ id: node.uid, height: CARD_HEIGHT })),
    picture.workloads.map((it) => ({
      id: it.node.uid,
      height: heightOfWorkload(it, it.node.uid === unfolded),
    })),
    [
      ...uses.map((it) => ({ id: idOfUse(it), height: USE_HEIGHT })),
      ...hidden > 0 ? [{ id: "more", height: USE_HEIGHT }] : [],
    ],
  ];
  const widths = width === 0 ? undefined : laneWidths(width, lanes.map(({ length }) => length > 0));
  const layout = widths && layOut(lanes, picture.lines, widths);
  const whereOf = (id: string, kind: string): Where => ({
    at: layout?.places.get(id),
    isMarked: marked.has(id),
    isStale: stale.has(kind),
  });
  const moreAt = layout?.places.get("more");
  return (
    <div
      class={layout ? "lanes" : "lanes list"}
      ref={element}
      style={layout ? { height: `${layout.height}px` } : {}}
    >
      {layout && (
        <svg width={width} height={layout.height} aria-hidden="true">
          {layout.paths.map(({ line, d }) => (
            <path key={`${line.from} ${line.to}`} d={d} class={line.isMissing ? "missing" : ""} />
          ))}
        </svg>
      )}
      {picture.entries.map((card) => (
        <CardView key={card.node.uid} card={card} where={whereOf(card.node.uid, card.node.kind)} />
      ))}
      {picture.services.map((card) => (
        <CardView
          card={card}
          where={whereOf(card.node.uid, card.node.kind)}
        />
      ))}
      {picture.workloads.map((workload) => {
        const { uid, kind } = workload.node;
        const isOpen = uid === unfolded;
        return (
          <WorkloadView
            key={uid}
            workload={workload}
            where={whereOf(uid, kind)}
            isOpen={isOpen}
            toggle={unfold(uid, isOpen)}
          />
        );
      })}
      {!layout && uses.length > 0 && <p class="lane-name">{LANE_NAMES[3]}</p>}
      {uses.map((use) => (
        <UseView
          key={idOfUse(use)}
          use={use}
          where={whereOf(idOfUse(use), use.key.kind)}
        />
      ))}
      {hidden > 0 && (
        <a
          class="use more"
          href={more}
          style={moreAt && { left: `${moreAt.x}px`, top: `${moreAt.y}px`, width: `${moreAt.width}px` }}
        >
          and {grouped(hidden)} more
        </a>
      )}
    </div>
  );
}

/** The width of an element, followed while it is on screen; 0 before it is known. */
export function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver((entries) =>
      setWidth(Math.floor(entries.at(-1)?.contentRect.width ?? 0))
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width] as const;
}
