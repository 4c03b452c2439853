/** The guide to persistence, compared with the code and the configuration. */
import { assert, assertEquals } from "@std/assert";
import { type Option, OPTIONS } from "../../src/cli/options.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryStore } from "../support/memory_store.ts";
import { PersistedGraph } from "../support/persisted_graph.ts";

const guide = await Deno.readTextFile("docs/persistence.md");
const redisConf = await Deno.readTextFile("deploy/helm/astrolabe/files/redis/redis.conf");

/** Returns the cells of the table below a heading, or below a line with this beginning. */
function tableBelow(start: string): string[][] {
  const at = guide.indexOf(`\n${start}`);
  assert(at >= 0, `the guide has no ${start}`);
  const rows = guide.slice(at + 1).split("\n");
  const first = rows.findIndex((row) => row.startsWith("|"));
  const length = rows.slice(first).findIndex((row) => !row.startsWith("|"));
  return rows.slice(first, first + length).slice(2)
    .map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
}

function inBackticks(cell = ""): string {
  return /`([^`]+)`/.exec(cell)?.[1] ?? "";
}

function sourcesBelow(folder: string): string {
  return [...Deno.readDirSync(folder)].map(({ name, isDirectory }) =>
    isDirectory ? sourcesBelow(`${folder}/${name}`) : Deno.readTextFileSync(`${folder}/${name}`)
  ).join("\n");
}

Deno.test("The guide to persistence, has the sizes of redis.conf", () => {
  const row = /^# +((?:to )?[\d,]+(?:-[\d,]+)?) {2,}([\d,]+ MB) +([\d,]+ MB) +(\d+[mg]b) +(\d+ [MG]B)$/gm;
  const sizes = [...redisConf.matchAll(row)].map(([, ...cells]) => cells);
  assertEquals(sizes.length, 5);
  assertEquals(tableBelow("## Sizing"), sizes);
});

Deno.test("The guide to persistence, says how large maxmemory is as shipped", () => {
  const [, shipped] = /^maxmemory (\S+)$/m.exec(redisConf) ?? [];
  assert(guide.includes(`As shipped, \`maxmemory\` is ${shipped}`));
});

Deno.test("The guide to persistence, quotes the log word for word", () => {
  const sources = sourcesBelow("src");
  const lines = tableBelow("### It does not save").map(([line]) => inBackticks(line));
  assert(lines.length > 10);
  assertEquals(lines.filter((line) => !sources.includes(line)), []);
});

Deno.test("The guide to persistence, explains each field of /health", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore(clock);
  const fields: string[] = [];
  for (let life = 0; life < 2; life++) {
    const persisted = new PersistedGraph(store, clock);
    await persisted.start();
    persisted.syncAll([]);
    await persisted.untilSaved();
    fields.push(...Object.keys(persisted.persistence.status()));
    await persisted.stop();
  }
  assert(fields.includes("loadedFrom"));
  const told = tableBelow("`/health`, under").map(([field]) => inBackticks(field));
  assertEquals(fields.filter((field) => field !== "enabled" && !told.includes(field)), []);
});

Deno.test("The guide to persistence, has the defaults of the options that it tunes", () => {
  const told = tableBelow("## Tuning").map((
    [option, value = ""],
  ) => [inBackticks(option), value.replace(" s", "")]);
  const options: Readonly<Record<string, Option<unknown>>> = OPTIONS;
  assertEquals(told, told.map(([flag = ""]) => [flag, options[flag.slice(2)]?.default ?? ""]));
});

Deno.test("The guide to persistence, names flags that there are", () => {
  const ours = [...guide.matchAll(/--((?:redis|snapshot|enable)-[a-z-]+)/g)].map(([, flag = ""]) => flag);
  assert(ours.length > 10);
  assertEquals(ours.filter((flag) => !(flag in OPTIONS)), []);
});

Deno.test("The guide to persistence, tells the rule of the default user as it is configured", () => {
  const [rule = ""] = /^user default .*$/m.exec(redisConf) ?? [];
  assert(guide.includes(`\`${rule}\``), rule);
});

Deno.test("The guide to persistence, runs scripts that may be run", () => {
  for (const name of ["backup.sh", "restore.sh"]) {
    assert(guide.includes(`deploy/helm/astrolabe/files/redis/${name} `));
    assertEquals((Deno.statSync(`deploy/helm/astrolabe/files/redis/${name}`).mode ?? 0) & 0o111, 0o111);
  }
});
