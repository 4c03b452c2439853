/** The protobuf decoder on objects that an API server sends, and on bytes that none should send. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodeEvent } from "../../src/kube/envelope.ts";
import { decodeMessage, MalformedMessage } from "../../src/kube/protobuf.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { kinds } from "../../src/kinds/registry.ts";
import * as wire from "../../src/model/wire_field.ts";
import { apiVersionOf, type ResourceKind } from "../../src/model/resource_kind.ts";
import { concat } from "../../src/simulator/concat.ts";
import { framesOf } from "../../src/simulator/protobuf.ts";
import { fixture, fixtureStates } from "../kinds/kind_cases.ts";
import { random } from "../support/random.ts";

const HEAD = 4;

/** Returns an ADDED event in protobuf, without the length in front. */
function eventOf(kind: ResourceKind, object: object): Uint8Array {
  const event = { type: "ADDED", object: { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object } };
  return framesOf(kind.wire ?? {})(new TextEncoder().encode(`${JSON.stringify(event)}\n`)).subarray(HEAD);
}

for (const kind of kinds.filter(({ wire }) => wire !== undefined)) {
  Deno.test(`${kind.kind}: JSON and protobuf give the same record of every fixture`, async () => {
    for (const state of await fixtureStates(kind.kind)) {
      if (state.startsWith("malformed")) continue;
      const object = await fixture(kind.kind, state);
      const { object: decoded } = decodeEvent(eventOf(kind, object), kind.wire!);
      assertEquals(makeRecord(kind, decoded), makeRecord(kind, object), state);
    }
  });
}

Deno.test("Protobuf that is cut or changed anywhere is decoded or refused, and nothing else happens", async () => {
  const next = random(7);
  let refused = 0;
  for (const kind of kinds.filter(({ wire }) => wire !== undefined)) {
    const state = (await fixtureStates(kind.kind)).find((state) => !state.startsWith("malformed"));
    const event = eventOf(kind, await fixture(kind.kind, state!));
    const attempts = [
      ...Array.from(event, (_, length) => event.slice(0, length)),
      ...Array.from({ length: 500 }, () => {
        const changed = event.slice();
        for (let i = 0; i < 3; i++) changed[Math.floor(next() * changed.length)] = Math.floor(next() * 256);
        return changed;
      }),
    ];
    for (const bytes of attempts) {
      try {
        const { object } = decodeEvent(bytes, kind.wire!);
        makeRecord(kind, object);
      } catch (error) {
        assert(error instanceof MalformedMessage || error instanceof TypeError, String(error));
        refused++;
      }
    }
  }
  assert(refused > 1000, `${refused}`);
});

const FIELDS = {
  text: wire.text(1),
  count: wire.integer(2),
  counts: wire.integers(3),
  nested: wire.message(4, { text: wire.text(1) }),
  at: wire.time(5),
};

/** A message that a test names in hexadecimal. */
function decode(hex: string): object {
  return decodeMessage(Uint8Array.fromHex(hex), FIELDS);
}

const CASES: readonly (readonly [what: string, hex: string, object: object])[] = [
  ["nothing", "", {}],
  ["an empty text, as absent", "0a00", {}],
  ["a text that is not UTF-8, with the character for that", "0a02ff41", { text: "\ufffdA" }],
  ["a negative integer", "10ffffffffffffffffff01", { count: -1 }],
  ["the smallest 32-bit integer", "1080808080f8ffffffff01", { count: -2147483648 }],
  ["an integer of 53 bits", "10ffffffffffffff0f", { count: 2 ** 53 - 1 }],
  ["a packed list", "1a03010203", { counts: [1, 2, 3] }],
  ["a list that is not packed", "180118ac02", { counts: [1, 300] }],
  ["an unknown field of each wire type", "780a 7101020304050607 08 7a02ffff 7d01020304 1001", { count: 1 }],
  ["the last of several values", "10011002", { count: 2 }],
  ["a time", "2a060880b9b2bb06", { at: "2024-12-26T00:00:00Z" }],
  ["a time of zero, as absent", "2a0408001000", {}],
];
for (const [what, hex, object] of CASES) {
  Deno.test(`decodeMessage() reads ${what}`, () => assertEquals(decode(hex.replaceAll(" ", "")), object));
}

const MALFORMED: readonly (readonly [what: string, hex: string])[] = [
  ["a text of another wire type", "0801"],
  ["an integer of another wire type", "1500000000"],
  ["a text that is longer than its message", "0a05414243"],
  ["a nested text that is longer than its message", "22030a0541424344"],
  ["a length beyond 2^32", "0affffffffff7f41"],
  ["a negative length", "0affffffffffffffffff01"],
  ["a number of more than ten bytes", "1080808080808080808080808001"],
  ["a number that is cut", "1080"],
  ["a tag that is cut", "80"],
  ["a group", "7b7c"],
  ["a fixed number that is cut", "7d0102"],
  ["a time that no calendar has", "2a0a08ffffffffffffffff7f"],
];
for (const [what, hex] of MALFORMED) {
  Deno.test(`decodeMessage() refuses ${what}`, () => void assertThrows(() => decode(hex), MalformedMessage));
}

Deno.test("decodeMessage() skips what is not declared at any depth, and a text of 10 MB", () => {
  let deep = new Uint8Array(0);
  for (let depth = 0; depth < 2_000; depth++) deep = delimited(9, deep);
  const text = "z".repeat(10_000_000);
  const message = concat([delimited(9, deep), delimited(1, new TextEncoder().encode(text))]);
  assertEquals(decodeMessage(message, FIELDS), { text });
});

function delimited(number: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = [number << 3 | 2];
  for (let rest = bytes.length;; rest >>>= 7) {
    head.push(rest < 0x80 ? rest : rest & 0x7f | 0x80);
    if (rest < 0x80) break;
  }
  const whole = new Uint8Array(head.length + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length);
  return whole;
}
