/** The dashboard queries only existing metrics, in expressions that Prometheus can parse. */
import { assert, assertEquals } from "@std/assert";
import { documentedMetrics, undocumentedSeries } from "./monitoring_documented.ts";
import { promtool, promtoolAvailable } from "./monitoring_promtool.ts";

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const dashboard = JSON.parse(Deno.readTextFileSync("deploy/helm/astrolabe/files/monitoring/dashboard.json"));
const panels: readonly Panel[] = dashboard.panels;
const targets = panels.flatMap((panel) => panel.targets ?? []);
const skipped = promtoolAvailable ? "" : " (skipped: promtool is not installed)";

Deno.test("Dashboard, asks for documented metrics", () => {
  assertEquals(targets.flatMap(({ expr }) => undocumentedSeries(expr)), []);
});

Deno.test("Dashboard, shows every metric of Astrolabe", () => {
  const shown = targets.map(({ expr }) => expr).join("\n");
  const ours = [...documentedMetrics().keys()].filter((name) => name.startsWith("astrolabe_"));
  assertEquals(ours.filter((name) => !new RegExp(`\\b${name}(_bucket|_sum|_count)?\\b`).test(shown)), []);
});

Deno.test("Dashboard, names its lines after labels that the metrics have", () => {
  const wrong = targets.filter(({ expr, legendFormat }) => {
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
    const [metric = ""] = expr.match(/\b(?:astrolabe|process)_\w+/) ?? [];
    const family = metric.replace(/_(bucket|sum|count)$/, "");
    const labels = documentedMetrics().get(family)?.labels ?? [];
    return named.some((label) => label !== "instance" && !labels.includes(label));
  });
  assertEquals(wrong, []);
});

Deno.test("Dashboard, has panels that do not overlap, each with an id of its own", () => {
  assertEquals(new Set(panels.map(({ id }) => id)).size, panels.length);
  const overlapping = panels.flatMap((one, at) =>
    panels.slice(at + 1).filter((other) => overlap(one, other)).map((other) => [one.title, other.title])
  );
  assertEquals(overlapping, []);
});

Deno.test(
  `Dashboard, has expressions that Prometheus can read${skipped}`,
  { ignore: !promtoolAvailable },
  async () => {
    const rules = targets.map(({ expr }, at) => ({
      record: `expression:${at}`,
      expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*"),
    }));
    const file = await Deno.makeTempFile({ suffix: ".json" });
    await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    const { success, output } = await promtool("check", "rules", file);
    await Deno.remove(file);
    assert(success, output);
  },
);

function overlap({ gridPos: one }: Panel, { gridPos: other }: Panel): boolean {
  return one.x < other.x + other.w && other.x < one.x + one.w &&
    one.y < other.y + other.h && other.y < one.y + one.h;
}
