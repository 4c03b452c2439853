/**
 * Makes the chart of a release in dist/chart: it names the published image, and where it comes from.
 *
 *   deno run -A scripts/stamp_chart.ts ghcr.io/OWNER/astrolabe sha256:… https://HOST/OWNER/astrolabe
 */
import { cp } from "node:fs/promises";

const FOLDER = "dist/chart/astrolabe";
const [image = "", digest = "", source = ""] = Deno.args;
const [, registry, repository] = /^([^/]+)\/([^@:]+)$/.exec(image) ?? [];
if (registry === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest) || !URL.canParse(source)) {
  console.error(
    "name the image as REGISTRY/REPOSITORY, its digest as sha256:…, and the address of the sources",
  );
  Deno.exit(2);
}

await Deno.remove("dist/chart", { recursive: true }).catch(() => {});
await cp("deploy/helm/astrolabe", FOLDER, { recursive: true });

await rewrite("values.yaml", (values) =>
  values
    .replace('  registry: ""', `  registry: ${registry}`)
    .replace("  repository: astrolabe", `  repository: ${repository}`)
    .replace('  digest: ""', `  digest: ${digest}`));

// Artifact Hub shows the links, and scans the image. https://artifacthub.io/docs/topics/annotations/helm/
await rewrite("Chart.yaml", (chart) =>
  chart.replace(
    "annotations:\n",
    [
      `home: ${source}`,
      `sources: [${source}]`,
      "annotations:",
      "  artifacthub.io/images: |",
      "    - name: astrolabe",
      `      image: ${image}@${digest}`,
      "  artifacthub.io/links: |",
      "    - name: Documentation",
      `      url: ${source}/tree/main/docs`,
      "",
    ].join("\n"),
  ));

async function rewrite(name: string, change: (text: string) => string): Promise<void> {
  const file = `${FOLDER}/${name}`;
  const text = await Deno.readTextFile(file);
  const changed = change(text);
  if (changed === text) throw new Error(`${name} has nothing to replace`);
  await Deno.writeTextFile(file, changed);
}
