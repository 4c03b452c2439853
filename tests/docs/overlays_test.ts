/** kustomize accepts each overlay on the pages unchanged. */
import { assert } from "@std/assert";
import { load } from "js-yaml";
import { apiServerAvailable } from "../support/api_server.ts";
import { render } from "../support/kubectl.ts";
import { codeBlocks, pages, readPage } from "../support/markdown.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

for (const path of pages()) {
  overlaysOf(readPage(path)).forEach((overlay, at) => {
    Deno.test(
      `${path}, its overlay ${at + 1} is rendered${skipped}`,
      { ignore: !apiServerAvailable },
      async () => {
        const folder = await Deno.makeTempDir({ prefix: "astrolabe-docs-" });
        try {
          await Deno.mkdir(`${folder}/overlay`);
          await Deno.symlink(`${Deno.cwd()}/deploy`, `${folder}/deploy`);
          await writeOverlay(`${folder}/overlay`, overlay);
          const manifests = await render(`${folder}/overlay`);
          assert(manifests.length > 0, "it has no manifests");
        } finally {
          await Deno.remove(folder, { recursive: true });
        }
      },
    );
  });
}

/** Returns the code blocks that compose manifests of this repository. */
function overlaysOf(page: string): string[] {
  return codeBlocks(page)
    .filter(({ language, text }) => language === "yaml" && text.includes("../deploy/kubernetes/"))
    .map(({ text }) => text);
}

/** Writes the overlay, and a role for each role file that it names. */
async function writeOverlay(folder: string, overlay: string): Promise<void> {
  const { resources = [] } = load(overlay) as { resources?: string[] };
  await Deno.writeTextFile(`${folder}/kustomization.yaml`, overlay);
  for (const resource of resources.filter((it) => it.startsWith("role-"))) {
    const role = [
      await Deno.readTextFile("deploy/helm/astrolabe/files/rbac/namespaced/role.yaml"),
      await Deno.readTextFile("deploy/kubernetes/components/namespaced/role_binding.yaml"),
    ].join("---\n");
    const [, namespace = ""] = /^role-(.+)\.yaml$/.exec(resource) ?? [];
    await Deno.writeTextFile(
      `${folder}/${resource}`,
      role.replaceAll("namespace: default", `namespace: ${namespace}`),
    );
  }
}
