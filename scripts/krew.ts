/** The manifest with which krew installs the plugin. https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/ */
import { dump } from "js-yaml";
import { archiveOf, TARGETS } from "./targets.ts";

export interface KrewOptions {
  readonly version: string;
  /** The address of the repository whose release has the archives. */
  readonly repository: string;
  /** SHA-256 of each archive by its name. */
  readonly checksums: ReadonlyMap<string, string>;
}

/** @throws {Error} if an archive has no checksum. */
export function krewManifest({ version, repository, checksums }: KrewOptions): string {
  const platforms = TARGETS.map((target) => {
    const archive = archiveOf(target, version);
    const sha256 = checksums.get(archive);
    if (sha256 === undefined) throw new Error(`${archive} has no checksum`);
    const end = target.os === "windows" ? ".exe" : "";
    return {
      selector: { matchLabels: { os: target.os, arch: target.arch } },
      uri: `${repository}/releases/download/v${version}/${archive}`,
      sha256,
      // The program is the plugin by the name of its file.
      files: [
        { from: `astrolabe${end}`, to: `kubectl-astrolabe${end}` },
        { from: "LICENSE", to: "." },
        { from: "THIRD_PARTY_NOTICES.txt", to: "." },
      ],
      bin: `kubectl-astrolabe${end}`,
    };
  });
  return dump({
    apiVersion: "krew.googlecontainertools.github.com/v1alpha2",
    kind: "Plugin",
    metadata: { name: "astrolabe" },
    spec: {
      version: `v${version}`,
      homepage: repository,
      shortDescription: "Find causes of problems, and what depends on what",
      description: [
        "Lists the causes of problems in a cluster, and what depends on a resource: owners, selectors, mounts,",
        "routes and other references. It asks an Astrolabe in the cluster, or reads the cluster once with --local.",
        "",
      ].join("\n"),
      platforms,
    },
  });
}
