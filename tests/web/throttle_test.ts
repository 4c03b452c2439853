import { assertEquals } from "@std/assert";
import { Throttle } from "../../src/web/live/throttle.ts";
import { eventually } from "../support/eventually.ts";

Deno.test("Throttle, triggers during a run make one more run, and never two at once", async () => {
  let runs = 0;
  let running = 0;
  let most = 0;
  const throttle = new Throttle(async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running--;
    runs++;
  }, { pauseMs: 1 });
  for (let i = 0; i < 10; i++) throttle.trigger();
  await eventually(() => runs === 2 && running === 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals([runs, most], [2, 1]);
});
