/**
 * Measures custom kinds on a real API server: the time until all are synced, the resident memory of an idle
 * kind, and the times from a definition until the kind is synced, and from a creation to the answer. (The API
 * server itself delays the first creations of a new kind by two seconds.) Needs KUBEBUILDER_ASSETS.
 *
 *   deno run -A $(deno run -A scripts/jsr.ts) tests/bench/measure_custom_kinds.ts [kinds] [objects]
 */
import { ApiServer } from "../support/api_server.ts";
import { CustomResources, type Definition } from "../support/custom_resources.ts";
import { resident, start, synced, until } from "./measured_server.ts";

const [kinds = 300, objects = 10] = Deno.args.map(Number);
function definition(i: number): Definition {
  return { group: `g${i % 20}.example.com`, kind: `Kind${i}`, plural: `kind${i}s` };
}

const server = await ApiServer.start();
const custom = new CustomResources(server);
const kubeconfig = server.kubeconfig();
try {
  await Promise.all(Array.from({ length: 8 }, async (_, worker) => {
    for (let i = worker; i < kinds; i += 8) await custom.define(definition(i));
  }));
  console.log(`${kinds} kinds are defined; load ${Deno.loadavg()[0]?.toFixed(1)}`);

  const without = await start(kubeconfig, "--custom-resources=none");
  await synced(without, 0);
  const before = await resident(without);
  await without.stop();
  const idle = await start(kubeconfig);
  const idleSynced = await synced(idle, kinds);
  const after = await resident(idle);
  console.log(`idle: synced after ${(idleSynced / 1000).toFixed(2)} s`);
  console.log(
    `resident: ${before.toFixed(1)} MB without, ${after.toFixed(1)} MB with ${kinds} idle kinds: ` +
      `${((after - before) / kinds).toFixed(3)} MB a kind`,
  );

  const added = { group: "late.example.com", kind: "Late", plural: "lates" };
  for (let i = 0; i < 5; i++) {
    const one = { ...added, kind: `Late${i}`, plural: `late${i}s` };
    const began = performance.now();
    await custom.define(one);
    const served = performance.now();
    await until(async () => {
      const all: { kind: string; state: string }[] = await (await fetch(`${idle.url}/api/v1/kinds`)).json();
      return all.find(({ kind, state }) => kind === one.kind && state === "synced");
    });
    const followed = performance.now();
    await custom.create(one, { name: "first" });
    const created = performance.now();
    await until(async () => {
      const answer = await (await fetch(`${idle.url}/api/v1/resources?kind=${one.kind}`)).json();
      return answer.length === 1 ? true : undefined;
    });
    const times = [served - began, followed - began, performance.now() - created].map(Math.round);
    console.log(
      `a definition: served after ${times[0]} ms, followed after ${times[1]} ms; ` +
        `an object answered ${times[2]} ms after its creation`,
    );
  }
  await idle.stop();

  await Promise.all(Array.from({ length: 8 }, async (_, worker) => {
    for (let i = worker; i < kinds; i += 8) {
      for (let j = 0; j < objects; j++) await custom.create(definition(i), { name: `o-${j}` });
    }
  }));
  for (let run = 0; run < 3; run++) {
    const full = await start(kubeconfig);
    const time = await synced(full, kinds);
    const size = await resident(full);
    const { seconds } = await full.stop();
    console.log(
      `${kinds} kinds with ${objects} objects: synced after ${(time / 1000).toFixed(2)} s, ` +
        `${size.toFixed(1)} MB, ${seconds.toFixed(2)} s of CPU, load ${Deno.loadavg()[0]?.toFixed(1)}`,
    );
  }
} finally {
  await server.close();
}
