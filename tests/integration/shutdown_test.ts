/** SIGTERM at any moment: the exit code is 0, and no connection or file is left open. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { serve } from "../../src/app.ts";
import { parseCommandLine } from "../../src/cli/command_line.ts";
import { readConfig } from "../../src/cli/config.ts";
import { kinds } from "../../src/kinds/registry.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { eventually } from "../support/eventually.ts";
import { holds } from "../support/holds.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { random } from "../support/random.ts";
import { RecordingLog } from "../support/recording_log.ts";

interface Parts {
  readonly simulator: Simulator;
  readonly kubeconfig: string;
}

function shutdownTest(
  behaviour: string,
  run: (parts: Parts) => Promise<void>,
  prepare: (simulator: Simulator) => void = () => {},
): void {
  Deno.test(`Shutdown, ${behaviour}`, async () => {
    const simulator = Simulator.start({ kinds });
    const kubeconfig = await Deno.makeTempFile({ prefix: "astrolabe-shutdown-" });
    try {
      for (const object of sampleCluster({ objects: 2_000 })) simulator.store.create(object);
      prepare(simulator);
      await Deno.writeTextFile(kubeconfig, kubeconfigOf(simulator.url));
      await run({ simulator, kubeconfig });
    } finally {
      await simulator.close();
      await Deno.remove(kubeconfig);
    }
  });
}

/** Sends SIGTERM, and expects a clean exit. */
async function endsWell(astrolabe: Astrolabe): Promise<void> {
  assertEquals([await astrolabe.stop("SIGTERM"), astrolabe.output.includes("Stopped")], [0, true]);
}

/** Waits until the API server has got the given number of further requests. */
async function asked({ requests }: Simulator, times: number): Promise<void> {
  const before = requests.length;
  await eventually(() => requests.length >= before + times);
}

shutdownTest("ends well at any moment of the first sync", async ({ kubeconfig, simulator }) => {
  const next = random(11);
  for (let tries = 0; tries < 6; tries++) {
    const moment = asked(simulator, Math.floor(next() * kinds.length));
    const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`);
    await moment;
    await endsWell(astrolabe);
  }
});

shutdownTest("leaves nothing open at any moment", async ({ kubeconfig, simulator }) => {
  const { command, flags } = parseCommandLine([`--kubeconfig=${kubeconfig}`, "--port=0"]);
  const config = readConfig(command as "serve", flags, { get: () => undefined });
  const next = random(12);
  for (let tries = 0; tries < 20; tries++) {
    const stop = new AbortController();
    const moment = asked(simulator, Math.floor(next() * kinds.length)).then(() => stop.abort());
    assertEquals(await serve(config, new RecordingLog(), stop.signal), 0);
    await moment;
  }
});

shutdownTest("validates the graph at verbosity 4", async ({ kubeconfig, simulator }) => {
  const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`, "--v=4");
  await asked(simulator, kinds.length);
  await endsWell(astrolabe);
  assertStringIncludes(astrolabe.output, "Validated the graph");
  assertStringIncludes(astrolabe.output, "differences=0");
});

shutdownTest("ends well while the API server does not answer", async ({ kubeconfig, simulator }) => {
  const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`);
  await holds(() => assertEquals(simulator.requests.length >= kinds.length, true));
  await endsWell(astrolabe);
}, ({ faults }) => faults.add({ fault: { do: "hang" } }));

shutdownTest("ends well in the midst of lists that stand still", async ({ kubeconfig, simulator }) => {
  const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`);
  await holds(() => assertEquals(simulator.openWatches(), kinds.length));
  await endsWell(astrolabe);
}, ({ faults }) => faults.add({ fault: { do: "silence", after: 1 } }));

shutdownTest("ends well while it waits to try again", async ({ kubeconfig, simulator }) => {
  await simulator.down();
  const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`);
  await holds(() => assertStringIncludes(astrolabe.output, "connection refused"));
  await endsWell(astrolabe);
  simulator.up();
});

shutdownTest("does not wait forever for a client that does not read its answer", async ({ kubeconfig }) => {
  const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`);
  await astrolabe.ready();
  using _connection = await requestWithoutReading(astrolabe);
  await endsWell(astrolabe);
}, fill);

/** Reads a status and the number of resources while the server still serves. */
async function stillServes(astrolabe: Astrolabe, simulator: Simulator): Promise<void> {
  await holds(async () => assertEquals((await astrolabe.text("/readyz")).status, 503));
  simulator.store.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "late", namespace: "late" },
  });
  await holds(async () =>
    assertEquals((await astrolabe.graph("namespace=late&kind=ConfigMap")).nodes.length, 1)
  );
}

shutdownTest("follows and serves for the delay, unready", async ({ kubeconfig, simulator }) => {
  const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`, "--shutdown-delay=3600");
  await astrolabe.ready();
  const ended = astrolabe.stop("SIGTERM");
  await stillServes(astrolabe, simulator);
  // A second signal ends the delay, unless it follows so fast that it may be the first one, forwarded.
  const again = setInterval(() => astrolabe.stop("SIGTERM"), 50);
  assertEquals(await ended.finally(() => clearInterval(again)), 143);
});

shutdownTest("ends well after the delay", async ({ kubeconfig }) => {
  const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`, "--shutdown-delay=1");
  await astrolabe.ready();
  const ended = endsWell(astrolabe);
  await holds(async () => assertEquals((await astrolabe.text("/readyz")).status, 503));
  await ended;
});

/** More bytes than fit into the buffers between the two processes. */
function fill({ store }: Simulator): void {
  const note = "x".repeat(60);
  const labels = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`label-${index}`, note]));
  for (let index = 0; index < 6_000; index++) {
    const metadata = { name: `filling-${index}`, namespace: "filling", labels };
    store.create({ apiVersion: "v1", kind: "ConfigMap", metadata });
  }
}

/** Requests the whole graph, and reads only the beginning of the answer. */
async function requestWithoutReading(astrolabe: Astrolabe): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(astrolabe.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const request = `GET /api/v1/graph?labels=true HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  await connection.read(new Uint8Array(15));
  return connection;
}
