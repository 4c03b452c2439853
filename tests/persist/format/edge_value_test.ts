import { assertEquals } from "@std/assert";
import { RELATION_TYPES, type RelationType } from "../../../src/model/relation.ts";
import { decodeEdge, encodeEdge } from "../../../src/persist/format/edge_value.ts";

function bits(...types: RelationType[]): number {
  return types.reduce((bits, type) => bits | 1 << RELATION_TYPES.indexOf(type), 0);
}

Deno.test("encodeEdge(), says one type as the Go server does", () => {
  assertEquals(encodeEdge(bits("mounts"), "a", "b"), '{"type":"mounts","fromUID":"a","toUID":"b"}');
});

Deno.test("encodeEdge(), of several types the first stands for all", () => {
  assertEquals(
    encodeEdge(bits("endpoints", "owns"), "a", 'b"'),
    '{"type":"owns","fromUID":"a","toUID":"b\\"","types":["owns","endpoints"]}',
  );
});

Deno.test("decodeEdge(), takes all types where they are listed", () => {
  assertEquals(decodeEdge(encodeEdge(bits("endpoints", "owns"), "a", "b")), {
    types: ["owns", "endpoints"],
    from: "a",
    to: "b",
  });
});

for (const value of ["", "null", "3", '{"type":"owns"}', '{"type":"hugs","fromUID":"a","toUID":"b"}']) {
  Deno.test(`decodeEdge(), ${JSON.stringify(value)} is no edge`, () => {
    assertEquals(decodeEdge(value), undefined);
  });
}
