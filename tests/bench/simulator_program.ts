/**
 * Runs a simulator for another process. Takes the number of objects and the seed, prints its address, patches
 * the status of a Pod for every line on stdin, and exits at the end of stdin.
 */
import { kinds } from "../../src/kinds/registry.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { LineStream } from "./line_stream.ts";

/** A line on stdin. */
export interface PatchPod {
  readonly namespace: string;
  readonly name: string;
  readonly status: object;
}

if (import.meta.main) {
  const [objects, seed] = Deno.args.map(Number) as [number, number];
  const simulator = Simulator.start({ kinds, seed });
  simulator.store.fill(sampleCluster({ objects, seed }));
  say("Serving", { url: simulator.url });

  let patches = 0;
  for await (const line of Deno.stdin.readable.pipeThrough(new LineStream())) {
    const { namespace, name, status }: PatchPod = JSON.parse(line);
    simulator.store.patchStatus("Pod", { namespace, name }, status);
    say(`Patched ${++patches}`);
  }
  await simulator.close();
}

function say(msg: string, fields: Record<string, unknown> = {}): void {
  console.log(JSON.stringify({ ts: new Date().toISOString(), msg, ...fields }));
}
