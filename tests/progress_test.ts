import { assertEquals } from "@std/assert";
import { createLogger, type Logger } from "../src/log.ts";
import { type KindProgress, showProgress } from "../src/progress.ts";

const listing: KindProgress = { kind: "Pod", state: "listing", count: 1200 };
const synced: KindProgress = { kind: "Pod", state: "synced", count: 2400 };
const forbidden: KindProgress = { kind: "Secret", state: "forbidden", count: 0 };

/** Shows the states one after the other, half a second apart on its clock. */
async function show(states: KindProgress[][], log: Logger): Promise<void> {
  const { signal } = new AbortController();
  let look = 0;
  await showProgress(() => states[look++] ?? [], { log, signal, interval: 0, now: () => look * 500 });
}

function inLog(lines: string[]): Logger {
  const write = (text: string) => void lines.push(text.slice(25).trimEnd());
  return createLogger({ format: "text", verbosity: 0, write });
}

Deno.test("showProgress(), writes one line a kind in a log", async () => {
  const lines: string[] = [];
  await show([[listing, forbidden], [listing, forbidden], [synced, forbidden]], inLog(lines));
  assertEquals(lines, [
    "INFO  Secret is forbidden count=0 seconds=0.5",
    "INFO  Listed Pod count=2400 seconds=1.5",
  ]);
});

Deno.test("showProgress(), waits for what was restored as for what is new", async () => {
  const lines: string[] = [];
  const restored: KindProgress = { kind: "Pod", state: "stale", count: 2300 };
  await show([[restored], [restored], [synced]], inLog(lines));
  assertEquals(lines, ["INFO  Listed Pod count=2400 seconds=1.5"]);
});

Deno.test("showProgress(), redraws a table on a terminal and leaves the last one", async () => {
  const drawn: (readonly string[] | undefined)[] = [];
  const log = { ...inLog([]), status: (rows?: readonly string[]) => void drawn.push(rows) };
  await show([[listing, forbidden], [synced, forbidden]], log);
  assertEquals(drawn, [
    [
      "1 of 2 kinds listed, 1,200 objects, 0.5 s",
      "  Pod                            1,200  ✗ Secret                     forbidden",
    ],
    [
      "2 of 2 kinds listed, 2,400 objects, 1.0 s",
      "✓ Pod                            2,400  ✗ Secret                     forbidden",
    ],
    undefined,
  ]);
});

Deno.test("showProgress(), fits 80 columns with the longest kind", async () => {
  const drawn: string[] = [];
  const log = { ...inLog([]), status: (rows?: readonly string[]) => void drawn.push(...rows ?? []) };
  const kind: KindProgress = { kind: "HorizontalPodAutoscaler", state: "synced", count: 1_000_000 };
  await show([[kind, kind, kind]], log);
  assertEquals(drawn.filter((row) => row.length >= 80), []);
});

Deno.test("showProgress(), settles when it is aborted", async () => {
  const stop = new AbortController();
  const lines: string[] = [];
  const shown = showProgress(() => [listing], { log: inLog(lines), signal: stop.signal, interval: 60_000 });
  stop.abort();
  await shown;
  assertEquals(lines, []);
});
