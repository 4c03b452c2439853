import { assertEquals, assertNotEquals } from "@std/assert";
import { hashSlot } from "../../../src/persist/redis/hash_slot.ts";

/** Slots from CLUSTER KEYSLOT of a real Redis. */
for (
  const [key, slot] of [["foo", 12_182], ["bar", 5_061], ["hello", 866], ["123456789", 12_739]] as const
) {
  Deno.test(`hashSlot(), ${key} is in slot ${slot}`, () => assertEquals(hashSlot(key), slot));
}

Deno.test("hashSlot(), uses only the hash tag", () => {
  for (const key of ["{foo}", "{foo}:node:1", "a:{foo}:{bar}", "{foo}}{"]) {
    assertEquals(hashSlot(key), 12_182, key);
  }
  assertEquals(hashSlot("x{{bar}}y"), hashSlot("{bar"));
});

Deno.test("hashSlot(), uses the whole key if a tag is empty or does not end", () => {
  for (const key of ["x{}{bar}", "{bar", "bar}"]) assertNotEquals(hashSlot(key), hashSlot("bar"), key);
});
