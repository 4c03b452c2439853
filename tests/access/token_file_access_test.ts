import { assertEquals, assertThrows } from "@std/assert";
import type { AccessError } from "../../src/access/access.ts";
import { TokenFileAccess } from "../../src/access/token_file_access.ts";
import { Graph } from "../../src/graph/graph.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingLog } from "../support/recording_log.ts";

function make(text: string) {
  const file = { text };
  const clock = new FakeClock();
  const log = new RecordingLog();
  const read = () => {
    if (file.text === "gone") throw new Error("the file is gone");
    return file.text;
  };
  const access = new TokenFileAccess({ graph: new Graph([]).read, path: "/tokens", read, clock, log });
  const ask = (token: string) => access.ask({ authorization: `Bearer ${token}`, address: "10.0.0.1" });
  const refusal = (token: string) => (assertThrows(() => ask(token)) as AccessError).reason;
  return { file, clock, log, access, ask, refusal };
}

Deno.test("TokenFileAccess, admits the tokens of the file by name, who see everything", () => {
  const { ask, refusal } = make("# people\n\nann:abc\nbob smith: def==\n".replace(": def", ":def"));
  assertEquals([ask("abc").name, ask("def==").name, ask("abc").rights], ["ann", "bob smith", ""]);
  assertEquals([refusal("ab"), refusal("abcd"), refusal("ann:abc")], [
    "unauthenticated",
    "unauthenticated",
    "unauthenticated",
  ]);
});

Deno.test("TokenFileAccess, reads the file again when it has changed", () => {
  const { ask, refusal, file, clock } = make("ann:abc\n");
  file.text = "ann:new\n";
  clock.advance(1_001);
  assertEquals([refusal("abc"), ask("new").name], ["unauthenticated", "ann"]);
});

Deno.test("TokenFileAccess, admits nobody while the file cannot be read, and says why once in a while", () => {
  const { ask, refusal, file, clock, log } = make("ann:abc\n");
  file.text = "gone";
  clock.advance(1_001);
  assertEquals([refusal("abc"), refusal("abc")], ["unauthenticated", "unauthenticated"]);
  assertEquals(log.lines.length, 1);
  file.text = "ann:abc\n";
  clock.advance(1_001);
  assertEquals(ask("abc").name, "ann");
});

Deno.test("TokenFileAccess, a bad line is named by its number, not by what is in it", () => {
  const error = assertThrows(() => make("ann:abc\nsecret-without-name\n"), SyntaxError);
  assertEquals([error.message.includes("line 2"), error.message.includes("secret")], [true, false]);
});

Deno.test("TokenFileAccess, limits the tokens that an address may try", () => {
  const { ask, refusal } = make("ann:abc\n");
  for (let i = 0; i < 100; i++) assertEquals(refusal(`wrong-${i}`), "unauthenticated");
  assertEquals([refusal("wrong"), ask("abc").name], ["too-many-failures", "ann"]);
});
