/** What a release consists of, made from stand-ins for the binaries, and the workflow that makes it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { load } from "js-yaml";
import { cp } from "node:fs/promises";
import project from "../../deno.json" with { type: "json" };
import { archiveOf, binaryOf, TARGETS } from "../../scripts/targets.ts";
import { apiServerAvailable } from "../support/api_server.ts";
import { renderChart } from "../support/chart.ts";
import type { Manifest } from "../support/kubectl.ts";

const WORKFLOWS = ["ci.yaml", "release.yaml"].map((name) => `.github/workflows/${name}`);
const REPOSITORY = "https://git.example.com/tools/astrolabe";
const release = load(Deno.readTextFileSync(".github/workflows/release.yaml")) as Manifest;
const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

for (const path of WORKFLOWS) {
  Deno.test(`${path}, names every action by a commit and says which version that is`, () => {
    const actions = [...Deno.readTextFileSync(path).matchAll(/uses: (.+)$/gm)].map(([, action = ""]) =>
      action
    );
    const isPinned = (action: string) =>
      /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action) ||
      action.startsWith("./.github/workflows/");
    assertEquals([actions.length > 0, actions.filter((action) => !isPinned(action))], [true, []]);
  });
}

Deno.test("Release, both workflows use the same versions", () => {
  const versionsOf = (path: string) =>
    new Map(
      [...Deno.readTextFileSync(path).matchAll(/uses: (\S+)@(\S+)|(DENO_VERSION): (\S+)/g)].map((match) =>
        [match[1] ?? match[3], match[2] ?? match[4]] as const
      ),
    );
  const [ci, ofRelease] = WORKFLOWS.map(versionsOf);
  const differing = Array.from(ci ?? []).filter(([name, version]) =>
    ofRelease?.has(name) && ofRelease.get(name) !== version
  );
  assertEquals(differing, []);
});

Deno.test("Release, runs the binary of each target on a machine of its kind", () => {
  const { include } = release.jobs.smoke.strategy.matrix;
  assertEquals(
    include.map(({ os, arch }: Manifest) => `${os} ${arch}`),
    TARGETS.map(({ os, arch }) => `${os} ${arch}`),
  );
  const runners = { linux: "ubuntu", darwin: "macos", windows: "windows" };
  for (const { os, arch, runner } of include) {
    assertMatch(runner, new RegExp(`^${runners[os as keyof typeof runners]}-`));
    assertEquals(/-arm$|^macos-15$/.test(runner), arch === "arm64", runner);
  }
});

Deno.test("Release, is published when everything before it has passed", () => {
  const others = Object.keys(release.jobs).filter((name) => !["publish", "binaries"].includes(name));
  assertEquals(release.jobs.publish.needs.toSorted(), others.toSorted());
  assertEquals(release.jobs.smoke.needs.includes("binaries"), true);
});

Deno.test("Release, its files", async (test) => {
  const folder = await Deno.makeTempDir({ prefix: "astrolabe-release-" });
  const releaseFolder = `${folder}/dist/release`;
  try {
    await Deno.mkdir(`${folder}/dist`);
    for (const target of TARGETS) await Deno.writeTextFile(`${folder}/${binaryOf(target)}`, target.name);
    await Deno.writeTextFile(`${folder}/dist/THIRD_PARTY_NOTICES.txt`, "notices");
    await Deno.writeTextFile(`${folder}/dist/astrolabe.cdx.json`, "{}");
    await Deno.copyFile("LICENSE", `${folder}/LICENSE`);
    await script("release.ts", folder, REPOSITORY);
    const manifest = load(await Deno.readTextFile(`${releaseFolder}/astrolabe.yaml`)) as Manifest;

    await test.step("are archives with the binary of their target", async () => {
      for (const target of TARGETS) {
        const archive = `${releaseFolder}/${archiveOf(target, project.version)}`;
        const program = `astrolabe${target.os === "windows" ? ".exe" : ""}`;
        assertEquals((await run("tar", ["-tzf", archive])).split("\n"), [
          ...["LICENSE", "THIRD_PARTY_NOTICES.txt", program].sort(),
          "",
        ]);
        assertEquals(await run("tar", ["-xzOf", archive, program]), target.name);
        assertMatch(await run("tar", ["-tvzf", archive, program]), /^-rwxr-xr-x /);
      }
    });
    await test.step("have the checksums that they say", async () => {
      const text = await Deno.readTextFile(`${releaseFolder}/SHA256SUMS`);
      assertEquals(text.trim().split("\n").length, TARGETS.length + 1);
      await run("sha256sum", ["--check", "--strict", "SHA256SUMS"], releaseFolder);
    });
    await test.step("are the same when they are made again", async () => {
      const before = await Deno.readTextFile(`${releaseFolder}/SHA256SUMS`);
      await script("release.ts", folder, REPOSITORY);
      assertEquals(await Deno.readTextFile(`${releaseFolder}/SHA256SUMS`), before);
    });
    await test.step("have a manifest for krew", () => {
      const { apiVersion, kind, metadata, spec } = manifest;
      assertEquals([apiVersion, kind, metadata.name], [
        "krew.googlecontainertools.github.com/v1alpha2",
        "Plugin",
        "astrolabe",
      ]);
      assertEquals(spec.version, `v${project.version}`);
      // The limit that the index of krew sets.
      assert(spec.shortDescription.length <= 50, `${spec.shortDescription.length} letters are too many`);
      assertEquals(spec.platforms.length, TARGETS.length);
    });
    await test.step("are what the manifest for krew names", async () => {
      for (const { uri, sha256, files, bin, selector } of manifest.spec.platforms) {
        const prefix = `${REPOSITORY}/releases/download/v${project.version}/`;
        assert(uri.startsWith(prefix), uri);
        const archive = `${releaseFolder}/${uri.slice(prefix.length)}`;
        assert(uri.includes(`_${selector.matchLabels.os}_${selector.matchLabels.arch}.`), uri);
        assertEquals((await run("sha256sum", [archive])).split(" ")[0], sha256);
        const packed = (await run("tar", ["-tzf", archive])).split("\n");
        assertEquals(files.filter(({ from }: Manifest) => !packed.includes(from)), []);
        assert(files.some(({ to }: Manifest) => to === bin), `${bin} is not unpacked`);
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  `Release, its chart names the image of the release${skipped}`,
  { ignore: !apiServerAvailable },
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "astrolabe-release-" });
    const digest = `sha256:${"1".repeat(64)}`;
    try {
      await cp("deploy/helm", `${folder}/deploy/helm`, { recursive: true });
      await script("stamp_chart.ts", folder, "ghcr.io/tools/astrolabe", digest, REPOSITORY);
      const manifests = await renderChart({}, { chart: `${folder}/dist/chart/astrolabe` });
      const { spec } = manifests.find(({ kind }) => kind === "Deployment");
      assertEquals(spec.template.spec.containers[0].image, `ghcr.io/tools/astrolabe@${digest}`);
      const { home, annotations } = load(
        await Deno.readTextFile(`${folder}/dist/chart/astrolabe/Chart.yaml`),
      ) as Manifest;
      assertEquals(home, REPOSITORY);
      assertEquals(load(annotations["artifacthub.io/images"]), [{
        name: "astrolabe",
        image: `ghcr.io/tools/astrolabe@${digest}`,
      }]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

async function script(name: string, cwd: string, ...args: string[]): Promise<void> {
  await run(Deno.execPath(), ["run", "-A", `${Deno.cwd()}/scripts/${name}`, ...args], cwd);
}

async function run(program: string, args: readonly string[], cwd = "."): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
