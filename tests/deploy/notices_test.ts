import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type ModuleGraph, noticesOf, noticesText } from "../../scripts/notices.ts";

async function withPackages(
  files: Readonly<Record<string, string>>,
  test: (folder: string) => void,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function graphOf(folder: string, modules: ModuleGraph["modules"]): ModuleGraph {
  const of = (name: string, ...dependencies: string[]) => ({
    [`${name}@1.0.0`]: { name, version: "1.0.0", dependencies, localPath: `${folder}/${name}` },
  });
  return { modules, npmPackages: { ...of("b", "a@1.0.0"), ...of("a", "b@1.0.0"), ...of("unused") } };
}

const module = { specifier: "npm:/b@1.0.0", npmPackage: "b@1.0.0" };
const bundle = "// ../npm/host/a/1.0.0/a.js\n// ../npm/host/b/1.0.0/b.js\n";

Deno.test("noticesOf() takes each package that is reached, once and by name, with all its texts", () =>
  withPackages(
    { "a/LICENSE": "A", "a/NOTICE": "notice of A", "b/license.md": "B", "unused/LICENSE": "C" },
    (folder) => {
      assertEquals(noticesOf(graphOf(folder, [module, module, { specifier: "file:///main.ts" }]), bundle), [
        { of: "a 1.0.0", text: "A\nnotice of A" },
        { of: "b 1.0.0", text: "B" },
      ]);
    },
  ));

Deno.test("noticesOf() leaves out a dependency that is not in the bundle, and finds those behind it", () =>
  withPackages({ "a/LICENSE": "A", "b/LICENSE": "B" }, (folder) => {
    const graph = graphOf(folder, [module]);
    assertEquals(noticesOf(graph, "// ../npm/host/a/1.0.0/a.js\n"), [{ of: "a 1.0.0", text: "A" }]);
  }));

Deno.test("noticesOf() refuses a package without a licence text", () =>
  withPackages({ "a/LICENSE": "A", "b/index.js": "" }, (folder) => {
    assertThrows(() => noticesOf(graphOf(folder, [module]), bundle), Error, "b 1.0.0 has no licence text in");
  }));

Deno.test("noticesOf() refuses a package that the graph does not describe", () => {
  const graph = { modules: [module], npmPackages: {} };
  assertThrows(() => noticesOf(graph, bundle), Error, "does not describe the package b@1.0.0");
});

Deno.test("noticesOf() takes the copyright of a JSR package from its file", () =>
  withPackages(
    { "mod.ts": "// Copyright 2018-2025 the Deno authors. MIT license.\nexport {};\n" },
    (folder) => {
      const specifier = "https://jsr.io/@std/cli/1.0.17/parse_args.ts";
      const [notice] = noticesOf(graphOf(folder, [{ specifier, local: `${folder}/mod.ts` }]), bundle);
      assertEquals(notice?.of, "@std/cli 1.0.17");
      assertStringIncludes(
        notice?.text ?? "",
        "Copyright 2018-2025 the Deno authors.\n\nPermission is hereby",
      );
    },
  ));

Deno.test("noticesOf() refuses a JSR package under an unknown licence", () =>
  withPackages({ "mod.ts": "export {};\n" }, (folder) => {
    const specifier = "https://jsr.io/@other/thing/1.0.0/mod.ts";
    const graph = graphOf(folder, [{ specifier, local: `${folder}/mod.ts` }]);
    assertThrows(() => noticesOf(graph, bundle), Error, "@other/thing does not say");
  }));

Deno.test("noticesText() puts each text below its package", () => {
  const text = noticesText([{ of: "a 1.0.0", text: "A\n" }], "2.9.6");
  assertStringIncludes(text, `${"-".repeat(80)}\na 1.0.0\n${"-".repeat(80)}\n\nA\n`);
});
