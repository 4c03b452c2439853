/**
 * Makes the chart of a release in dist/chart: it names the published image.
 *
 *   deno run -A scripts/stamp_chart.ts ghcr.io/OWNER/astrolabe sha256:…
 */
import { cp } from "node:fs/promises";

const FOLDER = "dist/chart/astrolabe";
const [image = "", digest = ""] = Deno.args;
const [, registry, repository] = /^([^/]+)\/([^@:]+)$/.exec(image) ?? [];
if (registry === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
  console.error("name the image as REGISTRY/REPOSITORY, and its digest as sha256:…");
  Deno.exit(2);
}

await Deno.remove("dist/chart", { recursive: true }).catch(() => {});
await cp("deploy/helm/astrolabe", FOLDER, { recursive: true });
const file = `${FOLDER}/values.yaml`;
const values = await Deno.readTextFile(file);
const stamped = values
  .replace('  registry: ""', `  registry: ${registry}`)
  .replace("  repository: astrolabe", `  repository: ${repository}`)
  .replace('  digest: ""', `  digest: ${digest}`);
await Deno.writeTextFile(file, stamped);
