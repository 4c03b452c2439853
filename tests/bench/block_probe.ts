/**
 * Loaded into the server before its own code: says in its log when the event loop was blocked.
 *
 * A timer of one millisecond comes late by as long as something else held the loop. Time in which the
 * machine ran other programs counts too, so this is an upper bound, the closer the quieter the machine.
 */
const INTERVAL = 1;
const WORTH_A_LINE = 3;

let last = performance.now();
const timer = setInterval(() => {
  const blocked = performance.now() - last - INTERVAL;
  if (blocked >= WORTH_A_LINE) {
    console.error(JSON.stringify({ ts: new Date().toISOString(), msg: "Blocked", milliseconds: blocked }));
  }
  last = performance.now();
}, INTERVAL);
// The server's code runs only when nothing of this module keeps the event loop waiting.
Deno.unrefTimer(timer);
