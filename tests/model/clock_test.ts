import { assertEquals } from "@std/assert";
import { sleep } from "../../src/model/clock.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A signal that knows how many listen to it. */
function countedSignal() {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (type: string, listener: EventListener) => {
    listeners.add(listener);
    addEventListener.call(signal, type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listeners.delete(listener);
    removeEventListener.call(signal, type, listener);
  };
  return { signal, listeners };
}

Deno.test("sleep() leaves nothing on the signal when its time has passed", async () => {
  const clock = new FakeClock();
  const { signal, listeners } = countedSignal();
  const slept = sleep(1_000, { clock, signal });
  assertEquals(listeners.size, 1);
  clock.advance(1_000);
  await slept;
  assertEquals(listeners.size, 0);
});
