/**
 * Makes the files of a release in dist/release from the binaries in dist/: an archive for each target, the
 * bill of materials, the checksums, and the manifest with which krew installs the plugin.
 *
 *   deno run -A scripts/release.ts https://HOST/OWNER/astrolabe
 *
 * The archives are the same for the same binaries.
 */
import project from "../deno.json" with { type: "json" };
import { krewManifest } from "./krew.ts";
import { archiveOf, binaryOf, TARGETS } from "./targets.ts";

const FOLDER = "dist/release";
const { version } = project;
const [repository] = Deno.args;
if (repository === undefined) {
  console.error("name the address of the repository, from which the archives can be downloaded");
  Deno.exit(2);
}

await Deno.remove(FOLDER, { recursive: true }).catch(() => {});
await Deno.mkdir(FOLDER, { recursive: true });
for (const target of TARGETS) {
  const content = `${FOLDER}/content`;
  await Deno.mkdir(content);
  const program = `${content}/astrolabe${target.os === "windows" ? ".exe" : ""}`;
  await Deno.copyFile(binaryOf(target), program);
  await Deno.chmod(program, 0o755);
  await Deno.copyFile("LICENSE", `${content}/LICENSE`);
  await Deno.copyFile("dist/THIRD_PARTY_NOTICES.txt", `${content}/THIRD_PARTY_NOTICES.txt`);
  await archive(content, `${FOLDER}/${archiveOf(target, version)}`);
  await Deno.remove(content, { recursive: true });
}
await Deno.copyFile("dist/astrolabe.cdx.json", `${FOLDER}/astrolabe_${version}.cdx.json`);

const checksums = new Map<string, string>();
for (const name of [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort()) {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${FOLDER}/${name}`));
  checksums.set(name, new Uint8Array(digest).toHex());
}
const lines = Array.from(checksums, ([name, checksum]) => `${checksum}  ${name}\n`);
await Deno.writeTextFile(`${FOLDER}/SHA256SUMS`, lines.join(""));
await Deno.writeTextFile(`${FOLDER}/astrolabe.yaml`, krewManifest({ version, repository, checksums }));

async function archive(folder: string, file: string): Promise<void> {
  const sameEverywhere = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  const { code } = await new Deno.Command("tar", {
    args: [...sameEverywhere, "--use-compress-program=gzip -9n", "-cf", file, "-C", folder, ...files],
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
