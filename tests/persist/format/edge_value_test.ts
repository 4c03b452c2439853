import { assertEquals } from "@std/assert";
import { RELATION_TYPES, relationNumber, type RelationType } from "../../../src/model/relation.ts";
import { decodeEdge, encodeEdge } from "../../../src/persist/format/edge_value.ts";

function numbers(...types: RelationType[]): number[] {
  return types.map(relationNumber);
}

Deno.test("encodeEdge(), writes one type as the Go server does", () => {
  assertEquals(encodeEdge(numbers("mounts"), "a", "b"), '{"type":"mounts","fromUID":"a","toUID":"b"}');
});

Deno.test("encodeEdge(), writes the first of several types in the field of the Go server", () => {
  assertEquals(
    encodeEdge(numbers("owns", "endpoints"), "a", 'b"'),
    '{"type":"owns","fromUID":"a","toUID":"b\\"","types":["owns","endpoints"]}',
  );
});

Deno.test("decodeEdge(), reads all types if they are listed", () => {
  assertEquals(decodeEdge(encodeEdge(numbers("owns", "endpoints"), "a", "b")), {
    types: ["owns", "endpoints"],
    from: "a",
    to: "b",
  });
});

Deno.test("decodeEdge(), reads back every type, and all types together", () => {
  const all = RELATION_TYPES.map((_, number) => number);
  for (const types of [all, ...all.map((number) => [number])]) {
    const edge = decodeEdge(encodeEdge(types, "a", "b"));
    assertEquals(edge?.types, types.map((number) => RELATION_TYPES[number]!));
  }
});

for (const value of ["", "null", "3", '{"type":"owns"}', '{"type":"hugs","fromUID":"a","toUID":"b"}']) {
  Deno.test(`decodeEdge(), ${JSON.stringify(value)} is no edge`, () => {
    assertEquals(decodeEdge(value), undefined);
  });
}
