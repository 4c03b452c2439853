/** The house rules that can be seen in imports and names alone. */
import { assertEquals } from "@std/assert";
import project from "../deno.json" with { type: "json" };
import standIns from "../stand_ins/import_map.json" with { type: "json" };
import { importsOf, readSourceFiles, type SourceFile } from "./support/source_file.ts";

const sources = [...readSourceFiles("src"), ...readSourceFiles("main.ts")];
const everything = [...sources, ...["tests", "scripts", "stand_ins"].flatMap(readSourceFiles)];

/**
 * Which files of ours the files of a room may import. Patterns match whole paths, so that no file name can
 * slip past them; the first room that matches a file decides.
 */
const ROOMS: readonly [room: string, files: RegExp, allowed: RegExp][] = [
  ["arrays", /^src\/arrays\/[a-z0-9_]+\.ts$/, /^src\/arrays\/[a-z0-9_]+\.ts$/],
  ["model", /^src\/model\/[a-z0-9_]+\.ts$/, /^src\/model\/[a-z0-9_]+\.ts$/],
  ["json", /^src\/json\/[a-z0-9_]+\.ts$/, /^src\/(json|arrays)\/[a-z0-9_]+\.ts$/],
  [
    "kinds",
    /^src\/kinds\/[a-z0-9_/]+\.ts$/,
    /^src\/((kinds|model)\/[a-z0-9_/]+\.ts|kinds\/custom\/shipped\/[a-z0-9_]+\.yaml)$/,
  ],
  ["graph", /^src\/graph\/[a-z0-9_/]+\.ts$/, /^src\/(graph|model|arrays)\/[a-z0-9_/]+\.ts$/],
  ["simulator", /^src\/simulator\/[a-z0-9_/]+\.ts$/, /^src\/(simulator|model)\/[a-z0-9_/]+\.ts$/],
  [
    "kube",
    /^src\/kube\/[a-z0-9_/]+\.ts$/,
    /^src\/((kube|model)\/[a-z0-9_/]+|log|metrics|read_text_file)\.ts$/,
  ],
  [
    "persist",
    /^src\/persist\/[a-z0-9_/]+\.ts$/,
    /^src\/((persist|model|graph\/queries|json|arrays)\/[a-z0-9_/]+|graph\/listener|log|metrics|read_text_file)\.ts$/,
  ],
  [
    "stream",
    /^src\/stream\/[a-z0-9_/]+\.ts$/,
    /^src\/((stream|model|graph\/queries|json|arrays)\/[a-z0-9_/]+|graph\/listener)\.ts$/,
  ],
  [
    "http",
    /^src\/http\/[a-z0-9_/]+\.ts$/,
    /^src\/((http|access|stream|model|graph\/queries|json|arrays)\/[a-z0-9_/]+|log|metrics)\.ts$/,
  ],
  [
    "access",
    /^src\/access\/[a-z0-9_]+\.ts$/,
    /^src\/((access|model|graph\/queries)\/[a-z0-9_]+|log)\.ts$/,
  ],
  // Of the server the page has only the types of its answers.
  ["web", /^src\/web\/[a-z0-9_/]+\.tsx?$/, /^src\/(web\/[a-z0-9_/]+\.tsx?|http\/schema\.ts)$/],
  ["the leaves", /^src\/(log|metrics|histogram|read_text_file)\.ts$/, /^src\/histogram\.ts$/],
  [
    "ingest",
    /^src\/ingest\.ts$/,
    /^src\/((model|kinds)\/[a-z0-9_]+|graph\/graph|log|metrics)\.ts$/,
  ],
  [
    "custom kinds",
    /^src\/custom_kinds\.ts$/,
    /^src\/((model|kinds|kube)\/[a-z0-9_/]+|graph\/graph|log)\.ts$/,
  ],
  [
    "configured kinds",
    /^src\/configured_kinds\.ts$/,
    /^src\/(kinds\/[a-z0-9_/]+|cli\/config|read_text_file)\.ts$/,
  ],
  ["read_login", /^src\/read_login\.ts$/, /^src\/(kube\/[a-z0-9_]+|cli\/config)\.ts$/],
  [
    "what makes access",
    /^src\/make_access\.ts$/,
    /^src\/((access|cli|graph\/queries|kube|model)\/[a-z0-9_]+|log|read_text_file)\.ts$/,
  ],
  [
    "check config",
    /^src\/check_config\.ts$/,
    /^src\/(kinds\/custom\/[a-z0-9_]+|read_text_file)\.ts$/,
  ],
  ["app", /^src\/app\.ts$/, /^src\/[a-z0-9_/]+\.ts$/],
  [
    "what app alone uses",
    /^src\/(folding_log|progress|fold_custom|page_files)\.ts$/,
    /^src\/(model\/[a-z0-9_]+|log|metrics)\.ts$/,
  ],
  [
    "cli",
    /^src\/cli\/[a-z0-9_]+\.ts$/,
    /^(src\/cli\/[a-z0-9_]+\.ts|src\/model\/[a-z0-9_]+\.ts|src\/(log|read_text_file)\.ts|deno\.json)$/,
  ],
  ["plugin", /^src\/plugin\/[a-z0-9_/]+\.ts$/, /^src\/(plugin\/[a-z0-9_/]+|read_text_file)\.ts$/],
  ["main", /^main\.ts$/, /^src\/(cli\/[a-z0-9_]+|app|check_config|log|read_login|plugin\/plugin)\.ts$/],
];

const PACKAGES: readonly [name: string, rooms: readonly string[]][] = [
  ["@kubernetes/client-node", ["src/kube/"]],
  ["@modelcontextprotocol/sdk", ["src/plugin/mcp/"]],
  ["ioredis", ["src/persist/redis/"]],
  ["hono", ["src/http/", "src/simulator/"]],
  ["preact", ["src/web/"]],
  ["@opentelemetry/api", ["src/http/"]],
];

function violations(
  files: readonly SourceFile[],
  allows: (path: string, target: string) => boolean,
): string[] {
  return files.flatMap(({ path, imports }) =>
    imports.filter(({ target }) => !allows(path, target)).map(({ target }) => `${path} imports ${target}`)
  );
}

function startsWithOneOf(path: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => path.startsWith(prefix));
}

for (const [room, files, allowed] of ROOMS) {
  Deno.test(`Architecture, ${room} imports what it may`, () => {
    const inRoom = sources.filter(({ path }) => ROOMS.find(([, first]) => first.test(path))?.[1] === files);
    const ours = inRoom.map(({ path, imports }) => ({
      path,
      imports: imports.filter(({ isOurs }) => isOurs),
    }));
    assertEquals(violations(ours, (_, target) => allowed.test(target)), []);
  });
}

Deno.test("Architecture, every file is in a room", () => {
  const homeless = sources.filter(({ path }) => !ROOMS.some(([, files]) => files.test(path)));
  assertEquals(homeless.map(({ path }) => path), []);
});

Deno.test("Architecture, only main.ts imports the composition root", () => {
  assertEquals(violations(sources, (path, target) => path === "main.ts" || target !== "src/app.ts"), []);
});

Deno.test("Architecture, answers and persistence have only the graph's read side", () => {
  const readers = sources.filter(({ path }) =>
    startsWithOneOf(path, ["src/http/", "src/access/", "src/persist/", "src/stream/"])
  );
  assertEquals(violations(readers, (_, target) => target !== "src/graph/graph.ts"), []);
});

for (const [name, rooms] of PACKAGES) {
  Deno.test(`Architecture, ${name} is imported in ${rooms.join(" and ")} only`, () => {
    const isIt = (target: string) => target === name || target.startsWith(`${name}/`);
    assertEquals(violations(sources, (path, target) => !isIt(target) || startsWithOneOf(path, rooms)), []);
  });
}

Deno.test("Architecture, packages are named in deno.json alone", () => {
  const isUrl = (target: string) => /^(npm|jsr|https?):/.test(target);
  assertEquals(violations(everything, (_, target) => !isUrl(target)), []);
});

Deno.test("Architecture, the stand-ins' import map differs from deno.json in the JSR packages alone", () => {
  const ofNpm = (imports: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(imports).filter(([name, target]) => target.startsWith("npm:") && !name.endsWith("/")),
    );
  assertEquals(ofNpm(standIns.imports), ofNpm(project.imports));
});

Deno.test("Architecture, no imports go in a circle, not even of types", () => {
  assertEquals(findCycle(sources), undefined);
});

Deno.test("Architecture, no file is a barrel", () => {
  const barrels = sources.filter(({ imports }) => imports.some(({ isReexport }) => isReexport));
  assertEquals(barrels.map(({ path }) => path), []);
});

Deno.test("Architecture, files are named in snake_case after what they hold", () => {
  const wrong = everything.filter(({ path }) => {
    const name = path.split("/").at(-1) ?? "";
    return !/^[a-z0-9]+(_[a-z0-9]+)*\.tsx?$/.test(name) || /^(utils?|helpers?|common|misc)\.tsx?$/.test(name);
  });
  assertEquals(wrong.map(({ path }) => path), []);
});

Deno.test("importsOf(), sees every form of import", () => {
  const text = [
    'import "./a.ts";',
    'import b, { c } from "../b.ts";',
    "import {\n  type d,\n  e,\n} from 'ignored: deno fmt has double quotes';",
    'import {\n  type d,\n  e,\n} from "./d.ts";',
    'import type { F } from "hono/f";',
    'export * from "./g.ts";',
    'export { h } from "./h.ts";',
    'export const i = "./i.ts";',
    'const j = await import("./j.ts");',
  ].join("\n");
  assertEquals(importsOf("src/x/y.ts", text).map(({ target }) => target), [
    "src/x/a.ts",
    "src/b.ts",
    "src/x/d.ts",
    "hono/f",
    "src/x/g.ts",
    "src/x/h.ts",
    "src/x/j.ts",
  ]);
});

Deno.test("Tests, never judge how long something took", () => {
  const judging = readSourceFiles("tests").filter(({ path }) =>
    path.endsWith("_test.ts") && path !== "tests/architecture_test.ts" &&
    /(performance|Date)\.now\(\) - /.test(Deno.readTextFileSync(path))
  );
  assertEquals(judging.map(({ path }) => path), []);
});

Deno.test("findCycle(), finds a circle of three", () => {
  const file = (path: string, target: string): SourceFile => ({
    path,
    imports: [{ target, isOurs: true, isReexport: false }],
  });
  assertEquals(findCycle([file("a", "b"), file("b", "c"), file("c", "b")]), ["b", "c", "b"]);
});

/** The files of one circle of imports, in order. */
function findCycle(files: readonly SourceFile[]): string[] | undefined {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const { target } of byPath.get(path)?.imports ?? []) {
      const cycle = visit(target, [...trail, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return undefined;
  };
  return files.map(({ path }) => visit(path, [])).find((cycle) => cycle !== undefined);
}
