import { assertEquals, assertThrows } from "@std/assert";
import { ConnectionError } from "../../src/kube/errors.ts";
import { FrameSplitter } from "../../src/kube/frame_splitter.ts";

const FRAMES = ["one", "", "a longer message", "x".repeat(300)];

function split(stream: Uint8Array, pieceLength: number): string[] {
  const messages: string[] = [];
  const splitter = new FrameSplitter((message) => messages.push(new TextDecoder().decode(message)));
  for (let from = 0; from < stream.length; from += pieceLength) {
    splitter.push(stream.subarray(from, from + pieceLength));
  }
  splitter.end();
  return messages;
}

function streamOf(messages: readonly string[]): Uint8Array {
  return new Uint8Array(messages.flatMap((message) => {
    const bytes = new TextEncoder().encode(message);
    return [bytes.length >> 24, bytes.length >> 16, bytes.length >> 8, bytes.length, ...bytes];
  }));
}

for (const pieceLength of [1, 2, 3, 4, 5, 7, 64, 10_000]) {
  Deno.test(`FrameSplitter gives every message of pieces of ${pieceLength} bytes`, () => {
    assertEquals(split(streamOf(FRAMES), pieceLength), FRAMES);
  });
}

Deno.test("FrameSplitter keeps a message of some MB whole, and the short one after it", () => {
  const messages = ["y".repeat(3_000_000), "short"];
  assertEquals(split(streamOf(messages), 65_536), messages);
});

for (const length of [1, 3, 4, 6]) {
  Deno.test(`FrameSplitter.end() refuses ${length} bytes of a frame`, () => {
    assertThrows(
      () => split(streamOf(["one"]).subarray(0, length), 10),
      ConnectionError,
      "cut in the middle",
    );
  });
}

Deno.test("FrameSplitter.push() refuses a message of more than 16 MiB before it arrives", () => {
  const splitter = new FrameSplitter(() => {});
  assertThrows(() => splitter.push(Uint8Array.of(255, 0, 0, 0, 1)), ConnectionError, "16 MiB");
});
