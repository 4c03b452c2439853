import { assert, assertEquals } from "@std/assert";
import { laneWidths, layOut } from "../../src/web/layout/lanes.ts";
import { Random } from "../../src/simulator/random.ts";

const ALL = [true, true, true, true];

Deno.test("laneWidths(), lanes and gaps fill no more than the page", () => {
  for (let width = 300; width < 2_500; width += 37) {
    for (const used of [ALL, [false, true, true, true], [false, false, true, false]]) {
      const sizes = laneWidths(width, used);
      if (sizes === undefined) continue;
      const gaps = Math.max(0, used.filter(Boolean).length - 1);
      assert(sizes.widths.reduce((sum, it) => sum + it, 0) + gaps * sizes.gap <= width, `${width} ${used}`);
    }
  }
});

Deno.test("laneWidths(), a narrow page has a list in place of lanes", () => {
  assertEquals(laneWidths(400, ALL), undefined);
  assert(laneWidths(720, ALL) !== undefined);
});

Deno.test("layOut(), no two cards of a lane overlap, and none leaves the band", () => {
  const random = new Random(7);
  for (let round = 0; round < 200; round++) {
    const lanes = Array.from(
      { length: 4 },
      (_, lane) =>
        Array.from(
          { length: random.below(8) },
          (_, i) => ({ id: `${lane}-${i}`, height: 20 + random.below(60) }),
        ),
    );
    const lines = lanes.slice(1).flatMap((boxes, lane) =>
      boxes.flatMap(({ id }) => {
        const before = lanes[lane] ?? [];
        const from = before[random.below(Math.max(1, before.length))];
        return from && random.below(3) > 0 ? [{ from: from.id, to: id, isMissing: false }] : [];
      })
    );
    const { places, height, paths } = layOut(lanes, lines, { gap: 40, widths: [100, 100, 100, 100] });
    for (const boxes of lanes) {
      let bottom = -1;
      for (const { id } of boxes) {
        const { y, height: own } = places.get(id)!;
        assert(y > bottom, `${id} stands at ${y}, above ${bottom}`);
        bottom = y + own;
        assert(bottom <= height);
      }
    }
    assertEquals(paths.length, lines.length);
  }
});

Deno.test("layOut(), empty lanes take no room", () => {
  const { places } = layOut([[], [], [{ id: "a", height: 10 }], [{ id: "b", height: 10 }]], [], {
    gap: 40,
    widths: [0, 0, 100, 100],
  });
  assertEquals([places.get("a")?.x, places.get("b")?.x], [0, 140]);
});

Deno.test("layOut(), a card stands beside the middle of what it is joined to", () => {
  const uses = Array.from({ length: 5 }, (_, i) => ({ id: `use-${i}`, height: 20 }));
  const lines = uses.map(({ id }) => ({ from: "web", to: id, isMissing: false }));
  const { places, height } = layOut([[], [], [{ id: "web", height: 50 }], uses], lines, {
    gap: 40,
    widths: [0, 0, 100, 100],
  });
  const { y } = places.get("web")!;
  assertEquals(y + 25, height / 2);
});

Deno.test("layOut(), a card that must stay in sight does", () => {
  const others = Array.from({ length: 100 }, (_, i) => ({ id: `${i}`, height: 50 }));
  const lines = others.map(({ id }) => ({ from: "subject", to: id, isMissing: false }));
  const lanes = [[{ id: "subject", height: 50 }], others];
  const { places } = layOut(lanes, lines, {
    gap: 40,
    widths: [100, 100],
    highest: { id: "subject", y: 260 },
  });
  assertEquals(places.get("subject")?.y, 260);
});
