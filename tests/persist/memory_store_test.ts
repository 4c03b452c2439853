import { FakeClock } from "../support/fake_clock.ts";
import { MemoryStore } from "../support/memory_store.ts";
import { testStore } from "./store_conformance.ts";

testStore({
  name: "MemoryStore",
  open() {
    const clock = new FakeClock();
    const store = new MemoryStore(clock);
    const stop = new AbortController();
    const ended = store.run(stop.signal);
    return Promise.resolve({
      store,
      pass(milliseconds) {
        clock.advance(milliseconds);
        return Promise.resolve();
      },
      async [Symbol.asyncDispose]() {
        stop.abort();
        await ended;
      },
    });
  },
});
