/**
 * Describes the third-party code in the bundle for programs that look for vulnerable versions: a software bill
 * of materials in CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/.
 */
export interface Sbom {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly version: number;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

interface Component {
  readonly type: "application" | "library" | "platform";
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly "bom-ref": string;
}

/** Takes the packages as `name version`, as the notices name them. */
export function sbomOf(packages: readonly string[], versions: { version: string; deno: string }): Sbom {
  const libraries = packages.map((of) => {
    const [name = "", version = ""] = of.split(" ");
    return component("library", { name, version, purl: `pkg:npm/${npmNameOf(name)}@${version}` });
  });
  const { version, deno } = versions;
  const program = { name: "astrolabe", version, purl: `pkg:generic/astrolabe@${version}` };
  const runtime = { name: "deno", version: deno, purl: `pkg:github/denoland/deno@v${deno}` };
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: component("application", program) },
    components: [...libraries, component("platform", runtime)],
  };
}

function component(type: Component["type"], of: { name: string; version: string; purl: string }): Component {
  return { type, ...of, "bom-ref": of.purl };
}

/** JSR serves its packages to npm under names of the scope @jsr. https://jsr.io/docs/npm-compatibility */
function npmNameOf(name: string): string {
  const [, scope, rest] = /^@(std)\/(.+)$/.exec(name) ?? [];
  return scope === undefined ? name.replace("@", "%40") : `%40jsr/${scope}__${rest}`;
}
