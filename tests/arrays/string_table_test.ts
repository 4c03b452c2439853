import { assert, assertEquals } from "@std/assert";
import { NONE } from "../../src/arrays/columns.ts";
import { Strings } from "../../src/arrays/string_table.ts";
import { random } from "../support/random.ts";

const hostile = [
  "",
  "web",
  "__proto__",
  'a "quoted" \\ name',
  "tab\tnew\nline",
  "häß 🚀",
  "\ud800",
  "x".repeat(5000),
];

Deno.test("Strings.text() returns the interned text", () => {
  const strings = new Strings();
  for (const text of hostile) assertEquals(strings.text(strings.intern(text)), text);
});

Deno.test("Strings.equals() tells a string from all others, escaped ones included", () => {
  const strings = new Strings();
  const texts = [
    ...hostile,
    "\\n",
    "\n",
    "\\",
    "n",
    "web ",
    "we",
    "é",
    "e",
    "\u00e9",
    '"',
    "\\u0001",
    "\u0001",
  ];
  const ids = texts.map((text) => strings.intern(text));
  for (const [i, id] of ids.entries()) {
    assertEquals(texts.map((text) => strings.equals(id, text)), texts.map((text) => text === texts[i]));
  }
  assertEquals(ids.map((id) => strings.equals(id, "never seen")), ids.map(() => false));
});

Deno.test("Strings.copy() writes the text between the quotes of a JSON string", () => {
  const strings = new Strings();
  for (const text of hostile) {
    const id = strings.intern(text);
    const bytes = new Uint8Array(strings.size(id) + 4);
    const end = strings.copy(id, new DataView(bytes.buffer), 0);
    assertEquals(`"${new TextDecoder().decode(bytes.subarray(0, end))}"`, JSON.stringify(text));
  }
});

Deno.test("Strings.compare() orders as UTF-8 bytes do", () => {
  const strings = new Strings();
  const encoder = new TextEncoder();
  const hex = (text: string) => encoder.encode(text).toHex();
  const texts = [...hostile, "a", "a!", 'a"', "a#", "a\\", "a]", "ab", "\u{10000}", "\uffee"].filter((it) =>
    it !== "\ud800"
  );
  const ids = texts.map((text) => strings.intern(text));
  const sorted = ids.toSorted((a, b) => strings.compare(a, b)).map((id) => strings.text(id));
  assertEquals(sorted, texts.toSorted((a, b) => hex(a) < hex(b) ? -1 : 1));
});

Deno.test("Strings.release() of the last holder forgets the string and uses its place again", () => {
  const strings = new Strings();
  const id = strings.intern("web-1");
  assertEquals(strings.intern("web-1"), id);
  strings.release(id);
  assertEquals(strings.find("web-1"), id);
  strings.release(id);
  assertEquals(strings.find("web-1"), NONE);
  assertEquals(strings.intern("web-2"), id);
});

Deno.test("Strings takes no more memory as names come and go", () => {
  const strings = new Strings();
  const next = random(1);
  const held: number[] = [];
  const churn = (rounds: number) => {
    for (let i = 0; i < rounds; i++) {
      if (held.length >= 500) strings.release(held.splice(Math.floor(next() * held.length), 1)[0]!);
      held.push(strings.intern(`web-${Math.floor(next() * 1e6).toString(36).padStart(4 + i % 8, "0")}`));
    }
  };
  churn(20_000);
  const { bytes } = strings;
  churn(200_000);
  assertEquals(strings.bytes, bytes);
});

Deno.test("Strings, a text that grows step by step takes at most a few times its last size", () => {
  const strings = new Strings();
  for (let length = 1; length <= 100_000; length += 64) strings.release(strings.intern("x".repeat(length)));
  assert(strings.bytes < 2_000_000, `${strings.bytes} bytes`);
});

Deno.test("Strings, a byte order mark is a character", () => {
  const strings = new Strings();
  assertEquals(strings.text(strings.intern("\ufeffrelease")), "\ufeffrelease");
});

Deno.test("Strings.text(), returns short and long texts, with and without escapes", () => {
  const strings = new Strings();
  for (const unit of ["a", "é", '"', "\\", "\n", "\u{1f600}"]) {
    for (let length = 0; length < 140; length++) {
      const text = "x".repeat(length) + unit + "y".repeat(length % 9);
      assertEquals(strings.text(strings.intern(text)), text);
    }
  }
});

Deno.test("Strings.containing(), finds what String.includes() finds", () => {
  const strings = new Strings();
  const units = ["a", "b", "n", "u", "0", "é", '"', "\\", "\n", "\u0001", "\u{1f600}"];
  const next = random(1);
  const word = (most: number) =>
    Array.from({ length: 1 + Math.floor(next() * most) }, () => units[Math.floor(next() * units.length)])
      .join("");
  const texts = Array.from({ length: 300 }, () => word(6));
  for (const part of [...units, ...Array.from({ length: 100 }, () => word(2))]) {
    const contains = strings.containing(part);
    for (const text of texts) {
      assertEquals(contains(strings.intern(text)), text.includes(part), `${part} in ${text}`);
    }
  }
});
