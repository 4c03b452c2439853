import { assertEquals } from "@std/assert";
import { ByteWriter } from "../../src/json/byte_writer.ts";
import { Graph } from "../../src/graph/graph.ts";
import { writeAge } from "../../src/http/age.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** From the table test of `duration.HumanDuration`. */
const ages: readonly (readonly [seconds: number, printed: string])[] = [
  [-2, "<invalid>"],
  [-1, "0s"],
  [0, "0s"],
  [70, "70s"],
  [119, "119s"],
  [2 * MINUTE, "2m"],
  [3 * MINUTE + 1, "3m1s"],
  [10 * MINUTE + 1, "10m"],
  [179 * MINUTE, "179m"],
  [3 * HOUR, "3h"],
  [3 * HOUR + 7 * MINUTE, "3h7m"],
  [8 * HOUR + 7 * MINUTE, "8h"],
  [47 * HOUR, "47h"],
  [2 * DAY, "2d"],
  [3 * DAY + 4 * HOUR, "3d4h"],
  [8 * DAY + 4 * HOUR, "8d"],
  [YEAR, "365d"],
  [2 * YEAR - 1, "729d"],
  [2 * YEAR, "2y"],
  [2 * YEAR + DAY, "2y1d"],
  [8 * YEAR + 100 * DAY, "8y"],
];

for (const [seconds, printed] of ages) {
  Deno.test(`writeAge() of ${seconds} s is ${printed}`, () => {
    const out = new ByteWriter(new Graph([]).read, 64);
    writeAge(out, seconds);
    assertEquals(new TextDecoder().decode(out.written), printed);
  });
}
