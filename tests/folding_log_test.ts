import { assertEquals } from "@std/assert";
import { FoldingLog } from "../src/folding_log.ts";
import { FakeClock } from "./support/fake_clock.ts";
import { RecordingLog } from "./support/recording_log.ts";

function fold() {
  const clock = new FakeClock();
  const log = new RecordingLog();
  return { clock, log, folding: new FoldingLog(log, { after: (delay, task) => clock.after(delay, task) }) };
}

Deno.test("FoldingLog, makes one line of what many kinds suffer", () => {
  const { clock, log, folding } = fold();
  for (const kind of ["Pod", "Secret", "Job", "Node"]) {
    folding.warn("cannot list or watch", { kind, error: "refused" });
  }
  clock.advance(1_000);
  assertEquals(log.lines, ['warn: cannot list or watch {"kinds":4,"error":"refused"}']);
});

Deno.test("FoldingLog, names the kinds where they are few", () => {
  const { clock, log, folding } = fold();
  folding.warn("cannot list or watch", { kind: "Pod", namespace: "a", error: "refused" });
  folding.warn("cannot list or watch", { kind: "Job", error: "refused" });
  clock.advance(1_000);
  assertEquals(log.lines, ['warn: cannot list or watch {"kinds":"Pod in a, Job","error":"refused"}']);
});

Deno.test("FoldingLog, leaves a line that comes once as it is", () => {
  const { clock, log, folding } = fold();
  folding.info("recovered", { kind: "Pod" });
  clock.advance(60_000);
  assertEquals(log.lines, ['info: recovered {"kind":"Pod"}']);
});

Deno.test("FoldingLog, counts how often a kind says the same", () => {
  const { clock, log, folding } = fold();
  for (let time = 0; time < 5; time++) folding.warn("skipped an event", { kind: "Pod", why: "odd" });
  clock.advance(1_000);
  assertEquals(log.lines, ['warn: skipped an event {"kind":"Pod","why":"odd","times":5}']);
});

Deno.test("FoldingLog, keeps lines apart that say different things", () => {
  const { clock, log, folding } = fold();
  folding.warn("cannot list or watch", { kind: "Pod", error: "refused" });
  folding.warn("cannot list or watch", { kind: "Job", error: "forbidden" });
  folding.error("cannot list or watch", { kind: "Job", error: "refused" });
  clock.advance(1_000);
  assertEquals(log.lines.length, 3);
});

Deno.test("FoldingLog, lets what comes again wait for half a minute", () => {
  const { clock, log, folding } = fold();
  folding.warn("flaps");
  clock.advance(1_000);
  for (let second = 0; second < 29; second++) {
    folding.warn("flaps");
    clock.advance(1_000);
  }
  assertEquals(log.lines.length, 1);
  clock.advance(1_000);
  assertEquals(log.lines[1], 'warn: flaps {"times":29}');
});

Deno.test("FoldingLog, starts anew after half a quiet minute", () => {
  const { clock, log, folding } = fold();
  folding.warn("flaps");
  clock.advance(40_000);
  folding.warn("flaps");
  clock.advance(1_000);
  assertEquals(log.lines.length, 2);
});

Deno.test("FoldingLog, writes what waits when it is closed, and nothing twice", () => {
  const { clock, log, folding } = fold();
  folding.warn("last words");
  folding.close();
  clock.advance(60_000);
  assertEquals(log.lines, ["warn: last words {}"]);
});

Deno.test("FoldingLog, loses nothing when there are too many different lines to keep", () => {
  const { log, folding } = fold();
  for (let line = 0; line < 1_000; line++) folding.warn(`line ${line}`);
  folding.close();
  assertEquals(new Set(log.lines).size, 1_000);
});
