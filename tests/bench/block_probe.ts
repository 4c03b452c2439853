/**
 * Logs when the event loop of the server was blocked. It is loaded into the server before the server's code.
 *
 * A timer of one millisecond fires late by the time that something else held the loop. Time in which the
 * machine ran other programs counts too, so the figure is an upper bound.
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
// Deno runs the server's code only when no timer of this module keeps the event loop alive.
Deno.unrefTimer(timer);
