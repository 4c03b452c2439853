/** The properties of the image that can be checked without building it. */
import { assertEquals, assertMatch } from "@std/assert";
import project from "../../deno.json" with { type: "json" };

const dockerfile = Deno.readTextFileSync("Dockerfile");
const [environment = "", command = ""] = project.tasks.start.command.split("deno run", 2);

Deno.test("Image, has the environment of the task start", () => {
  const [, settings] = /^ENV (.+)$/m.exec(dockerfile) ?? [];
  assertEquals(settings, environment.trim());
});

Deno.test("Image, is built by the version of Deno that the checks run on", () => {
  const [, version] = /denoland\/deno:debian-(\S+)/.exec(dockerfile) ?? [];
  const [, checked] = /deno@([\d.]+)/.exec(Deno.readTextFileSync(".ci/run")) ?? [];
  const [, hosted] = /DENO_VERSION: (\S+)/.exec(Deno.readTextFileSync(".github/workflows/ci.yaml")) ?? [];
  assertEquals([version, hosted], [checked, checked]);
});

Deno.test("Image, is labelled with the version", () => {
  const [, version] = /^ARG VERSION=(.+)$/m.exec(dockerfile) ?? [];
  assertEquals(version, project.version);
});

Deno.test("Image, is built from nothing that .dockerignore leaves out", () => {
  const [build = ""] = dockerfile.split(/^FROM \$RUNTIME_IMAGE/m);
  const copied = [...build.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names = ""]) => names.split(" "));
  const kept = [...Deno.readTextFileSync(".dockerignore").matchAll(/^!(.+)$/gm)].map(([, name]) => name);
  const isKept = (name: string) => kept.some((it) => it === name || name.startsWith(`${it}/`));
  assertEquals([copied.filter((name) => !isKept(name)), kept.filter((name = "") => !copied.includes(name))], [
    [],
    [],
  ]);
});

Deno.test("Image, carries its licence and those of the third-party code in it", () => {
  assertMatch(dockerfile, /^COPY --from=build \S+\/LICENSE \S+\/THIRD_PARTY_NOTICES\.txt \S+$/m);
});

Deno.test("Image, takes its base images from arguments, so that a build can pin their digests", () => {
  const bases = [...dockerfile.matchAll(/^FROM (?:--\S+ )?(\S+)/gm)].map(([, image]) => image);
  assertEquals(bases, ["$DENO_IMAGE", "$RUNTIME_IMAGE"]);
});

Deno.test("Image, runs as a numbered user that is not root", () => {
  assertMatch(dockerfile, /^USER [1-9]\d*:[1-9]\d*$/m);
});

Deno.test("The task start, lets the server neither write nor run", () => {
  const allowed = command.match(/--allow-\S+/g);
  assertEquals(allowed, ["--allow-net", "--allow-env", "--allow-read"]);
});
