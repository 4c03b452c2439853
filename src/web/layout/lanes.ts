/**
 * Places the cards of a band in lanes from left to right, and the lines between them. Empty lanes take no
 * room. The taller of the lanes of workloads and uses sets the heights; the cards of the other lanes stand
 * beside the middle of what they are joined to. On a narrow page there are no lanes: `laneWidths` returns
 * undefined, and the band is a list.
 */
export interface Box {
  readonly id: string;
  readonly height: number;
}

export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly from: string;
  readonly to: string;
  readonly isMissing: boolean;
}

export interface Layout {
  readonly height: number;
  readonly places: ReadonlyMap<string, Placed>;
  /** SVG path data. */
  readonly paths: readonly { readonly line: Line; readonly d: string }[];
}

/** Room between two cards of a lane. */
const GAP_Y = 8;
/** Cards narrower than this part of their width cut too many names. */
const SCALE_MIN = 0.68;
/** On a narrower page even two lanes are a list. */
const WIDTH_MIN = 520;
const SCALE_MAX = 1.15;
const GAP_X_MIN = 28;
const GAP_X_MAX = 60;
const WIDTHS = [200, 200, 240, 270];

/** Returns the widths of the lanes and of the gap between them, or undefined where they don't fit. */
export function laneWidths(width: number, isUsed: readonly boolean[]) {
  const widths = WIDTHS.map((it, lane) => isUsed[lane] ? it : 0);
  const gaps = Math.max(0, widths.filter((it) => it > 0).length - 1);
  const widest = widths.reduce((sum, it) => sum + it, 0);
  const gap = gaps === 0 ? 0 : Math.max(GAP_X_MIN, Math.min(GAP_X_MAX, (width - widest) / gaps));
  const scale = Math.min(SCALE_MAX, (width - gap * gaps) / widest);
  return scale < SCALE_MIN || width < WIDTH_MIN
    ? undefined
    : { gap, widths: widths.map((it) => Math.floor(it * scale)) };
}

export interface LaneSizes {
  readonly gap: number;
  readonly widths: readonly number[];
  /** A box that stands no lower than this, so that it is in sight beside a long lane. */
  readonly highest?: { readonly id: string; readonly y: number } | undefined;
}

/** Places boxes, given by lane, in a band of a width. */
export function layOut(
  lanes: readonly (readonly Box[])[],
  lines: readonly Line[],
  { gap, widths, highest }: LaneSizes,
): Layout {
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of lines) {
    neighbours.set(from, [...neighbours.get(from) ?? [], to]);
    neighbours.set(to, [...neighbours.get(to) ?? [], from]);
  }
  const middles = new Map<string, number>();
  const heights = lanes.map((boxes) => boxes.reduce((sum, { height }) => sum + height + GAP_Y, -GAP_Y));
  const tallest = heights.indexOf(Math.max(...heights));

  // Phase 1: the tallest lane from top to bottom, then its neighbours, outwards.
  stack(lanes[tallest] ?? [], middles);
  const outwards = [
    ...lanes.keys().toArray().slice(0, tallest).reverse(),
    ...lanes.keys().toArray().slice(tallest + 1),
  ];
  const centre = (heights[tallest] ?? 0) / 2;
  for (const lane of outwards) {
    align(lanes[lane] ?? [], { neighbours, middles, centre });
  }

  // Phase 2: no box stands above the band.
  const boxes = lanes.flat();
  const top = Math.min(0, ...boxes.map(({ id, height }) => (middles.get(id) ?? 0) - height / 2));
  const places = new Map<string, Placed>();
  let x = 0;
  lanes.forEach((boxes, lane) => {
    const width = widths[lane] ?? 0;
    for (const { id, height } of boxes) {
      places.set(id, { x, y: Math.round((middles.get(id) ?? 0) - height / 2 - top), width, height });
    }
    if (boxes.length > 0) x += width + gap;
  });
  const place = highest && places.get(highest.id);
  if (highest && place) places.set(highest.id, { ...place, y: Math.min(place.y, highest.y) });
  const height = Math.max(0, ...[...places.values()].map((it) => it.y + it.height));
  return { height, places, paths: lines.flatMap((line) => pathOf(line, places)) };
}

/** Places boxes below one another. */
function stack(boxes: readonly Box[], middles: Map<string, number>): void {
  let y = 0;
  for (const { id, height } of boxes) {
    middles.set(id, y + height / 2);
    y += height + GAP_Y;
  }
}

/** Places each box beside the middle of its neighbours, in the order of the lane and without overlap. */
function align(
  boxes: readonly Box[],
  { neighbours, middles, centre }: {
    readonly neighbours: ReadonlyMap<string, readonly string[]>;
    readonly middles: Map<string, number>;
    readonly centre: number;
  },
): void {
  const wished = boxes.map(({ id }) => {
    const placed = (neighbours.get(id) ?? []).flatMap((it) => middles.get(it) ?? []);
    return placed.length === 0 ? undefined : placed.reduce((sum, it) => sum + it, 0) / placed.length;
  });
  let bottom = -Infinity;
  boxes.forEach(({ id, height }, i) => {
    const free = bottom + GAP_Y + height / 2;
    const wish = wished[i] ?? (bottom === -Infinity ? centre : free);
    middles.set(id, Math.max(wish, free));
    bottom = (middles.get(id) ?? 0) + height / 2;
  });
  // The pushing moves boxes down, so the lane as a whole moves up by the mean of it.
  const pushed = boxes.flatMap(({ id }, i) =>
    wished[i] === undefined ? [] : [(middles.get(id) ?? 0) - wished[i]]
  );
  const shift = pushed.length === 0 ? 0 : pushed.reduce((sum, it) => sum + it, 0) / pushed.length;
  for (const { id } of boxes) middles.set(id, (middles.get(id) ?? 0) - shift);
}

function pathOf(line: Line, places: ReadonlyMap<string, Placed>): { line: Line; d: string }[] {
  const [from, to] = [places.get(line.from), places.get(line.to)];
  if (from === undefined || to === undefined || from.x === to.x) return [];
  const [left, right] = from.x < to.x ? [from, to] : [to, from];
  const [x1, y1] = [left.x + left.width, left.y + left.height / 2];
  const [x2, y2] = [right.x, right.y + right.height / 2];
  // A line over an empty or foreign lane bends at its ends alone.
  const bend = Math.min(30, (x2 - x1) / 2);
  return [{ line, d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }];
}
