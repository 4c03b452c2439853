import { assertEquals } from "@std/assert";
import { Blocks } from "../../src/arrays/blocks.ts";
import { random } from "../support/random.ts";

Deno.test("Blocks keep their words while others come and go, and take no more memory for it", () => {
  const next = random(1);
  const blocks = new Blocks();
  const model = new Map<number, Uint32Array>();
  const step = (i: number) => {
    const [oldest] = model.keys();
    if (oldest !== undefined && model.size > 20) {
      blocks.give(oldest);
      model.delete(oldest);
    }
    const words = Uint32Array.from({ length: 1 + i * 7 % 60 }, () => Math.floor(next() * 1e9));
    model.set(blocks.put(words, words.length), words);
  };
  for (let i = 0; i < 200; i++) step(i);
  const { bytes } = blocks;
  for (let i = 200; i < 3_000; i++) step(i);
  assertEquals(blocks.bytes, bytes);
  for (const [block, words] of model) {
    assertEquals(blocks.words.slice(block, block + blocks.length(block)), words);
    assertEquals(blocks.equals(block, words, words.length), true);
    assertEquals(blocks.equals(block, words, words.length - 1), false);
  }
});

Deno.test("Blocks, the empty block is 0 and may be given back at any time", () => {
  const blocks = new Blocks();
  assertEquals([blocks.put(new Uint32Array(3), 0), blocks.length(0)], [0, 0]);
  blocks.give(0);
  assertEquals(blocks.equals(0, new Uint32Array(1), 0), true);
});
