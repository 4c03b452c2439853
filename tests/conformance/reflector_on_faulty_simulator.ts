import { KubeClient } from "../../src/kube/client.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { eventually } from "../support/eventually.ts";
import type { FakeClock } from "../support/fake_clock.ts";
import { RecordingLog } from "../support/recording_log.ts";
import type { TappedClient } from "../support/tapped_client.ts";
import { configMap, reflect, type Reflection } from "./reflector_cases.ts";

/** The namespace of all objects that `create` creates. */
export const NAMESPACE = "default";
/** The calls to the sink for a list of the three ConfigMaps. */
export const LIST = ["begin", "upsert a", "upsert b", "upsert c", "end"];

export interface Case extends Reflection {
  readonly simulator: Simulator;
  /** Whether the simulator answers in protobuf where the reflector prefers it. */
  readonly protobuf: boolean;
}

type Prepare = (simulator: Simulator, tap: TappedClient, clock: FakeClock) => void;

/** Tests a reflector of the ConfigMaps a, b and c. `prepare` runs before its first request. */
export function test(behaviour: string, run: (parts: Case) => Promise<void>, prepare?: Prepare): void {
  for (const protobuf of [false, true]) testIn({ protobuf }, { behaviour, run, prepare });
}

function testIn(
  { protobuf }: { protobuf: boolean },
  { behaviour, run, prepare }: {
    behaviour: string;
    run: (parts: Case) => Promise<void>;
    prepare: Prepare | undefined;
  },
): void {
  Deno.test(`Reflector in ${protobuf ? "protobuf" : "JSON"} ${behaviour}`, async () => {
    const simulator = Simulator.start({ kinds: [configMap], protobuf });
    const client = KubeClient.at(simulator.url, new RecordingLog());
    for (const name of ["a", "b", "c"]) create(simulator, name);
    try {
      await reflect(client, {
        namespace: NAMESPACE,
        prepare: (tap, clock) => prepare?.(simulator, tap, clock),
      }, (reflection) => run({ ...reflection, simulator, protobuf }));
    } finally {
      client.close();
      await simulator.close();
    }
  });
}

export function create({ store }: Simulator, name: string): void {
  store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: NAMESPACE } });
}

/** Refuses streamed lists, so that the reflector lists pages. */
export function onPages({ faults }: Simulator): void {
  faults.refuseStreamedLists = true;
}

/** Waits for the next failure, then advances the clock past the delay that follows it. */
export async function retryAfter({ clock, tap, log }: Case, delay: number): Promise<void> {
  await eventually(
    () => tap.idle && clock.waitsFor(delay),
    () => [`nobody waits for ${delay} ms`, log.lines],
  );
  clock.advance(delay);
}
