/** The Helm chart of this repository, rendered by the helm program that belongs to the tests' API server. */
import { loadAll } from "js-yaml";
import { cp } from "node:fs/promises";
import type { Manifest } from "./kubectl.ts";

export const CHART = "deploy/helm/astrolabe";
const HELM = `${Deno.env.get("KUBEBUILDER_ASSETS") ?? ""}/helm`;

export interface Values {
  readonly [name: string]: unknown;
}

export interface RenderOptions {
  readonly release?: string;
  readonly namespace?: string;
  readonly chart?: string;
}

export interface Outcome {
  readonly success: boolean;
  readonly output: string;
  readonly errors: string;
}

/** Runs helm with these values, and returns what it printed. */
export async function runHelm(args: readonly string[], values: Values = {}): Promise<Outcome> {
  const child = new Deno.Command(HELM, {
    args: [...args, "--values=-"],
    env: { HELM_CACHE_HOME: "/nonexistent", HELM_CONFIG_HOME: "/nonexistent" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(values)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, output: text(stdout), errors: text(stderr) };
}

/** Returns helm's outcome of rendering the chart. */
export async function tryChart(values: Values, options: RenderOptions = {}): Promise<Outcome> {
  const { release = "astrolabe", namespace = "astrolabe-system", chart = CHART } = options;
  const args = ["template", release, chart, `--namespace=${namespace}`, "--kube-version=1.36.0"];
  return await runHelm(args, values);
}

/** Returns the manifests of the chart, hooks included. Rejects with helm's message if it fails. */
export async function renderChart(values: Values, options: RenderOptions = {}): Promise<Manifest[]> {
  const { success, output, errors } = await tryChart(values, options);
  if (!success) throw new Error(errors);
  return (loadAll(output) as Manifest[]).filter((manifest) => manifest !== null);
}

/** Copies the chart under another version, and returns its folder. */
export async function chartOfVersion(folder: string, version: string): Promise<string> {
  await cp(CHART, `${folder}/astrolabe`, { recursive: true });
  const file = `${folder}/astrolabe/Chart.yaml`;
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(file, text.replace(/^version: .*/m, `version: ${version}`));
  return `${folder}/astrolabe`;
}
