/** The metrics of the operations page are those that a running server exposes. */
import { assertEquals } from "@std/assert";
import { Astrolabe } from "../support/astrolabe.ts";
import { documentedMetrics } from "./monitoring_documented.ts";

Deno.test("Metrics of a running server", async (t) => {
  const text = await scrape();
  await t.step("are those of the operations page, with their types", () => {
    const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map((
      [, name = "", type = ""],
    ) => [name, type]);
    const documented = [...documentedMetrics()].map(([name, { type }]) => [name, type]);
    assertEquals(types.toSorted(), documented.toSorted());
  });
  await t.step("have the labels of the operations page", () => {
    const wrong = [...text.matchAll(/^(\w+)(?:\{(.*)\})? /gm)].flatMap(([line, series = "", labels = ""]) => {
      const named = [...labels.matchAll(/(\w+)="/g)].map(([, label = ""]) => label).filter((it) =>
        it !== "le"
      );
      const documented = documentedMetrics().get(series) ??
        documentedMetrics().get(series.replace(/_(bucket|sum|count)$/, ""));
      return named.toSorted().join() === documented?.labels.toSorted().join() ? [] : [line];
    });
    assertEquals(wrong, []);
  });
});

/** Scrapes after an answer, so that the metrics of answers have values. */
async function scrape(): Promise<string> {
  const astrolabe = await Astrolabe.start("demo", "--objects=300");
  try {
    await astrolabe.ready();
    const { text } = await astrolabe.text("/metrics");
    return text;
  } finally {
    await astrolabe.stop();
  }
}
