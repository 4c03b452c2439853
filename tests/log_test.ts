import { assertEquals } from "@std/assert";
import { createLogger, type Logger, type LogOptions } from "../src/log.ts";

function logged(use: (log: Logger) => void, options: Partial<LogOptions> = {}): string {
  let text = "";
  use(createLogger({
    format: "text",
    verbosity: 0,
    now: () => new Date("2026-01-02T15:04:05Z"),
    write: (part) => text += part,
    ...options,
  }));
  return text;
}

Deno.test("Logger, writes time, level, message and fields as text", () => {
  assertEquals(
    logged((log) => log.info("Listed Pod", { count: 3, took: "2 s", none: "" })),
    '2026-01-02T15:04:05.000Z INFO  Listed Pod count=3 took="2 s" none=""\n',
  );
});

Deno.test("Logger, writes one JSON object an event", () => {
  assertEquals(
    logged((log) => log.warn("Slow", { count: 3, kinds: ["Pod"], msg: "x" }), { format: "json" }),
    '{"ts":"2026-01-02T15:04:05.000Z","level":"warn","msg":"Slow","count":3,"kinds":["Pod"]}\n',
  );
});

Deno.test("Logger, pads levels to one width", () => {
  const text = logged((log) => (log.error("a"), log.warn("a"), log.info("a")));
  assertEquals(text.split("\n").map((line) => line.slice(25)), ["ERROR a", "WARN  a", "INFO  a", ""]);
});

Deno.test("Logger.verbose(), writes up to the verbosity", () => {
  const text = logged((log) => (log.verbose(2, "a"), log.verbose(3, "b")), { verbosity: 2 });
  assertEquals(text, "2026-01-02T15:04:05.000Z DEBUG a\n");
});

for (const format of ["text", "json"] as const) {
  Deno.test(`Logger, keeps an event on one line as ${format}`, () => {
    const hostile = "a\nb\r\x1b[2J\x9b\u2028\u202e";
    const text = logged((log) => log.info(hostile, { hostile, list: [hostile] }), { format });
    assertEquals(text.match(/[\p{Cc}\u2028\u202e]/gu), ["\n"]);
  });
}

Deno.test("Logger, writes an error with its causes", () => {
  const error = new Error("no list", { cause: new Error("refused") });
  assertEquals(
    logged((log) => log.error("Failed", { error })),
    '2026-01-02T15:04:05.000Z ERROR Failed error="no list: refused"\n',
  );
});

for (const format of ["text", "json"] as const) {
  Deno.test(`Logger, writes what cannot be serialized as ${format}`, () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const text = logged((log) => log.info("x", { circular, big: 1n, none: undefined }), { format });
    assertEquals([text.includes("unprintable"), text.includes("1")], [true, true]);
  });
}

Deno.test("Logger, survives a stderr that is closed", () => {
  const write = () => {
    throw new Deno.errors.BrokenPipe();
  };
  assertEquals(logged((log) => log.info("x"), { write }), "");
});

Deno.test("Logger, has no status rows where there is no terminal", () => {
  logged((log) => assertEquals(log.status, undefined));
});

const terminal = () => ({ columns: 10, rows: 3 });

Deno.test("Logger.status(), is redrawn in place", () => {
  const text = logged((log) => (log.status?.(["a", "b"]), log.status?.(["c"])), { terminal });
  assertEquals(text, "a\nb\n\x1b[2A\r\x1b[Jc\n");
});

Deno.test("Logger.status(), stays below the lines of the log", () => {
  const text = logged((log) => (log.status?.(["a"]), log.info("x")), { terminal });
  assertEquals(text, "a\n\x1b[1A\r\x1b[J2026-01-02T15:04:05.000Z INFO  x\na\n");
});

Deno.test("Logger.status(), without rows leaves them where they are", () => {
  const text = logged((log) => (log.status?.(["a"]), log.status?.(), log.info("x")), { terminal });
  assertEquals(text, "a\n2026-01-02T15:04:05.000Z INFO  x\n");
});

Deno.test("Logger.status(), fits the terminal", () => {
  const text = logged((log) => log.status?.(["0123456789", "b", "c", "d"]), { terminal });
  assertEquals(text, "012345678\nb\n");
});
