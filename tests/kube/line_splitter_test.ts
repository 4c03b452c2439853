import { assertEquals, assertThrows } from "@std/assert";
import { ConnectionError } from "../../src/kube/errors.ts";
import { LineSplitter } from "../../src/kube/line_splitter.ts";

const encoder = new TextEncoder();

function split(pieces: string[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(new TextDecoder().decode(line)));
  for (const piece of pieces) splitter.push(encoder.encode(piece));
  splitter.end();
  return lines;
}

Deno.test("LineSplitter gives every line of a piece", () => {
  assertEquals(split(["one\ntwo\n\nthree\n"]), ["one", "two", "", "three"]);
});

Deno.test("LineSplitter joins a line that arrives in many pieces", () => {
  assertEquals(split(["o", "n", "e\ntw", "o", "\n"]), ["one", "two"]);
});

Deno.test("LineSplitter keeps a line of some MB whole, and the short one after it", () => {
  const long = "x".repeat(3_000_000);
  assertEquals(split([long.slice(0, 70_000), long.slice(70_000), "\nshort\n"]), [long, "short"]);
});

Deno.test("LineSplitter.end() refuses half a line", () => {
  assertThrows(() => split(["one\ntw"]), ConnectionError, "in the middle of a line");
});

Deno.test("LineSplitter.push() refuses a line of more than 16 MiB", () => {
  const splitter = new LineSplitter(() => {});
  splitter.push(new Uint8Array(16 * 1024 * 1024));
  assertThrows(() => splitter.push(new Uint8Array(1)), ConnectionError, "longer than 16 MiB");
});
