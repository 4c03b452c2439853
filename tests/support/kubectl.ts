/** The kubectl program that belongs to the tests' API server. */
import { loadAll } from "js-yaml";

const KUBECTL = `${Deno.env.get("KUBEBUILDER_ASSETS") ?? ""}/kubectl`;

// deno-lint-ignore no-explicit-any -- a manifest is whatever it says
export type Manifest = any;

/** Runs kubectl and returns its output. Rejects with its message if it fails. */
export function kubectl(...args: string[]): Promise<string> {
  return kubectlWith("", ...args);
}

/** Runs kubectl with a text on its standard input. */
export async function kubectlWith(input: string, ...args: string[]): Promise<string> {
  const child = new Deno.Command(KUBECTL, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  // kubectl may end without reading.
  await writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
  const { success, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  if (!success) throw new Error(`kubectl ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** Returns the manifests that kustomize makes of a folder. */
export async function render(folder: string): Promise<Manifest[]> {
  return loadAll(await kubectl("kustomize", folder)) as Manifest[];
}

/** Creates a folder with an overlay of base and these components. The caller removes it. */
export async function makeOverlay(components: readonly string[]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "astrolabe-overlay-" });
  const manifests = `${"../".repeat(folder.split("/").length - 1)}${Deno.cwd().slice(1)}/deploy/kubernetes`;
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [`${manifests}/base`],
    components: components.map((name) => `${manifests}/components/${name}`),
  };
  await Deno.writeTextFile(`${folder}/kustomization.yaml`, JSON.stringify(kustomization));
  return folder;
}
