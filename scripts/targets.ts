/** The platforms that a release has a binary for. The release workflow runs each on a machine of its kind. */
export interface Target {
  /** How the command line of `deno task compile` and the file in dist/ name it. */
  readonly name: string;
  /** How `deno compile` names it. */
  readonly triple: string;
  /** How Go, and with it krew, names it. */
  readonly os: "linux" | "darwin" | "windows";
  readonly arch: "amd64" | "arm64";
}

export const TARGETS: readonly Target[] = [
  { name: "linux-x64", triple: "x86_64-unknown-linux-gnu", os: "linux", arch: "amd64" },
  { name: "linux-arm64", triple: "aarch64-unknown-linux-gnu", os: "linux", arch: "arm64" },
  { name: "darwin-x64", triple: "x86_64-apple-darwin", os: "darwin", arch: "amd64" },
  { name: "darwin-arm64", triple: "aarch64-apple-darwin", os: "darwin", arch: "arm64" },
  { name: "windows-x64", triple: "x86_64-pc-windows-msvc", os: "windows", arch: "amd64" },
];

/** Returns the path of the binary that `deno task compile` makes. */
export function binaryOf({ name, os }: Target): string {
  return `dist/astrolabe-${name}${os === "windows" ? ".exe" : ""}`;
}

/** Returns the name of the archive of a release. */
export function archiveOf({ os, arch }: Target, version: string): string {
  return `astrolabe_${version}_${os}_${arch}.tar.gz`;
}
