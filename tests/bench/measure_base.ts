import { freePort } from "../support/free_port.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import type { Measure } from "./measure.ts";
import { settled } from "./settled.ts";
import { ServerProcess } from "./server_process.ts";

/** Measures the memory of the server with an empty graph, because its API server does not answer. */
export async function* measureBase({ runs }: { runs: number }): AsyncGenerator<Measure> {
  const resident: number[] = [];
  const starts: number[] = [];
  const kubeconfig = Deno.makeTempFileSync({ suffix: ".kubeconfig" });
  for (let run = 0; run < runs; run++) {
    Deno.writeTextFileSync(kubeconfig, kubeconfigOf(`http://127.0.0.1:${freePort()}`));
    const server = await ServerProcess.start({ kubeconfig });
    await settled();
    starts.push(server.serving - server.started);
    resident.push(server.memory.resident / 1e6);
    await server.stop();
  }
  Deno.removeSync(kubeconfig);
  yield { name: "start to serving, no cluster", unit: "ms", better: "less", runs: starts };
  yield { name: "resident memory, no cluster", unit: "MB", better: "less", runs: resident };
}
