/** The alert rules, compared with the operations page, the metrics, the limits and their copy. */
import { assertEquals } from "@std/assert";
import { load, loadAll } from "js-yaml";
import type { Manifest } from "../support/kubectl.ts";
import { readPage, section } from "../support/markdown.ts";
import { undocumentedSeries } from "./monitoring_documented.ts";

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

const page = readPage("docs/operations.md");
const source = load(Deno.readTextFileSync("deploy/helm/astrolabe/files/monitoring/alerts.yaml")) as {
  groups: { rules: Rule[] }[];
};
const rules = source.groups.flatMap((group) => group.rules);
const alerts = rules.flatMap(({ alert }) => alert ?? []);

Deno.test("Operations page, has a section for every alert and for no other", () => {
  const headings = [...section(page, "## Alerts").matchAll(/^### (.+)$/gm)].map(([, heading = ""]) =>
    heading
  );
  assertEquals(headings.toSorted(), alerts.toSorted());
});

Deno.test("Operations page, explains the meaning, the effect and the remedy of every alert", () => {
  const said = alerts.map((alert) => [alert, ...section(page, `### ${alert}`).match(/^\*\*.+?\*\*/gm) ?? []]);
  const questions = ["**What it means.**", "**What users notice.**", "**What to do.**"];
  assertEquals(said, alerts.map((alert) => [alert, ...questions]));
});

Deno.test("Alerts, lead to their section of the operations page", () => {
  assertEquals(
    rules.flatMap(({ annotations }) => annotations?.runbook_url ?? []),
    alerts.map((alert) => `https://runbooks.example.com/astrolabe/operations.md#${alert.toLowerCase()}`),
  );
});

Deno.test("Alerts, have a summary of one line and a description of whole sentences", () => {
  const unfit = rules.filter(({ alert }) => alert !== undefined).filter(({ annotations }) =>
    !/^[A-Z][^\n]+[^.\n]$/.test(annotations?.summary ?? "") ||
    !/^[A-Z][^\n]+\.$/.test(annotations?.description ?? "")
  );
  assertEquals(unfit.map(({ alert }) => alert), []);
});

Deno.test("Alerts, are made from documented metrics", () => {
  assertEquals(rules.flatMap(({ expr }) => undocumentedSeries(expr)), []);
});

Deno.test("Alerts, take the container's limit of memory", () => {
  const [deployment] = loadAll(Deno.readTextFileSync("deploy/kubernetes/base/deployment.yaml")) as Manifest[];
  const limit = deployment.spec.template.spec.containers[0].resources.limits.memory;
  assertEquals(recorded("astrolabe:memory_limit:bytes"), `vector(${parseInt(limit) * 2 ** 20})`);
});

Deno.test("Alerts, take the maxmemory of redis.conf", () => {
  const [, maxmemory] =
    /^maxmemory (\d+)mb$/m.exec(Deno.readTextFileSync("deploy/helm/astrolabe/files/redis/redis.conf")) ?? [];
  assertEquals(recorded("astrolabe:redis_maxmemory:bytes"), `vector(${Number(maxmemory) * 2 ** 20})`);
});

Deno.test("PrometheusRule, has the rules of alerts.yaml", () => {
  const path = "deploy/kubernetes/components/monitoring/prometheus_rule.yaml";
  assertEquals((load(Deno.readTextFileSync(path)) as Manifest).spec, source);
});

function recorded(name: string): string | undefined {
  return rules.find(({ record }) => record === name)?.expr;
}
