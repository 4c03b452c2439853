/** Draws a picture as lanes with lines, or as a list where the page is narrow. */
import { laneWidths, layOut } from "../layout/lanes.ts";
import { idOfUse, type Picture } from "../layout/picture.ts";
import {
  CARD_HEIGHT,
  CardView,
  heightOfWorkload,
  styleOf,
  USE_HEIGHT,
  UseView,
  type Where,
  WorkloadView,
} from "./cards.tsx";
import { LaneFrame, useWidth } from "./lane_frame.tsx";
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
  return (
    <LaneFrame element={element} width={width} layout={layout}>
      {picture.entries.map((card) => (
        <CardView key={card.node.uid} card={card} where={whereOf(card.node.uid, card.node.kind)} />
      ))}
      {picture.services.map((card) => (
        <CardView key={card.node.uid} card={card} where={whereOf(card.node.uid, card.node.kind)} />
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
      {!layout && uses.length > 0 && <p class="lane-name">Uses</p>}
      {uses.map((use) => (
        <UseView
          key={idOfUse(use)}
          use={use}
          where={whereOf(idOfUse(use), use.key.kind)}
        />
      ))}
      {hidden > 0 && (
        <a class="use more" href={more} style={styleOf(layout?.places.get("more"))}>
          and {grouped(hidden)} more
        </a>
      )}
    </LaneFrame>
  );
}
