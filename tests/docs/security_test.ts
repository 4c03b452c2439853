/** The security page, compared with the code: rights, annotations and permissions. */
import { assertEquals } from "@std/assert";
import { load, loadAll } from "js-yaml";
import project from "../../deno.json" with { type: "json" };
import { allowedAnnotations } from "../../src/kinds/allowed_annotations.ts";
import { kinds } from "../../src/kinds/registry.ts";
import { codeBlocks, codeSpans, readPage, section, tableRows } from "../support/markdown.ts";

const page = readPage("docs/security.md");

Deno.test("Security page, has every resource that is listed and watched", () => {
  const byGroup = Object.groupBy(kinds, ({ group }) => group || "the core group");
  const tracked = Object.entries(byGroup).map(([group, rules = []]) => [
    group,
    rules.map(({ plural }) => plural).sort(),
  ]);
  const items = section(page, "## What the token can read").split(/\n- /).slice(1);
  const written = items.slice(0, tracked.length).map((item) => {
    const [group = "", resources = ""] = item.split(/\n\n/)[0]?.split(": ") ?? [];
    return [group.replaceAll("`", ""), codeSpans(resources).sort()];
  });
  assertEquals(Object.fromEntries(written), Object.fromEntries(tracked));
});

Deno.test("Security page, names the kinds whose data is not asked for", () => {
  const [, named = ""] = /For (\w+, \w+ and \w+) it requests only the metadata/.exec(page) ?? [];
  const plurals = named.toLowerCase().split(/, | and /);
  assertEquals(plurals.sort(), kinds.filter((it) => it.metadataOnly).map((it) => it.plural).sort());
});

Deno.test("Security page, names annotations that are kept", () => {
  const names = annotations().map((name) => name.replace("*", "x"));
  const kept = allowedAnnotations(Object.fromEntries(names.map((name) => [name, ""])));
  assertEquals(kept.map(([name]) => name), names.sort());
});

Deno.test("Security page, names all annotations that are kept", async () => {
  const code = await Deno.readTextFile("src/kinds/allowed_annotations.ts");
  const inCode = [...code.matchAll(/"([a-z][a-z.]+\/[\w.-]*)"/g)].map(([, name = ""]) => name);
  assertEquals(annotations().map((name) => name.replace("*", "")).sort(), inCode.sort());
});

Deno.test("Security page, names the permissions that the task start grants", () => {
  const granted = [...project.tasks.start.command.matchAll(/--allow-(\w+)/g)].map(([, name = ""]) => name);
  const written = tableRows(section(page, "## Permissions of the process")).map(([name = ""]) =>
    codeSpans(name)[0]
  );
  assertEquals(written, granted);
});

for (const component of ["redis", "redis-sentinel"]) {
  Deno.test(`Security page, its egress policy reaches every port of the component ${component}`, () => {
    const file = `deploy/kubernetes/components/${component}/redis.yaml`;
    const manifests = loadAll(Deno.readTextFileSync(file)) as Manifest[];
    const pods = manifests.flatMap(({ spec }) => spec?.template ?? []);
    assertEquals(pods.length, 1);
    for (const { metadata: { labels }, spec: { containers } } of pods) {
      const ports = containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
      const rules = egressRules().filter(({ to }) =>
        to.some(({ podSelector }) =>
          podSelector &&
          Object.entries(podSelector.matchLabels).every(([key, value]) => labels[key] === value)
        )
      );
      assertEquals(rules.flatMap(({ ports }) => ports.map(({ port }) => port)).sort(), ports.sort());
    }
  });
}

interface Manifest {
  readonly spec?: {
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly { readonly ports?: readonly { readonly containerPort: number }[] }[];
      };
    };
  };
}

interface EgressRule {
  readonly to: readonly {
    readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  }[];
  readonly ports: readonly { readonly port: number }[];
}

function egressRules(): readonly EgressRule[] {
  const [block] = codeBlocks(section(page, "### Egress"));
  return (load(block?.text ?? "") as { spec: { egress: EgressRule[] } }).spec.egress;
}

function annotations(): string[] {
  return codeSpans(section(page, "## What is kept")).filter((span) => /^[a-z.]+\/(\*|[\w.-]+)$/.test(span));
}
