/** A reflector during a verification. */
import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { synced } from "./reflector_cases.ts";
import { type Case, create, NAMESPACE, test } from "./reflector_on_faulty_simulator.ts";

const signal = new AbortController().signal;

/** Begins a verification whose list is newer than the watch, and waits until it waits for the watch. */
async function verifying(
  { simulator, reflector, clock }: Case,
): Promise<Promise<readonly string[] | undefined>[]> {
  simulator.store.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "x", namespace: "other" },
  });
  const verified = reflector.verify(signal);
  await eventually(() => clock.waitsFor(180_000));
  return [verified];
}

test("verifies that the sink holds what the API server holds, without waiting for its watch", async (parts) => {
  await synced(parts);
  assertEquals(await parts.reflector.verify(signal), []);
});

test("verifies when the watch has passed the list, and names what differs", async (parts) => {
  await synced(parts);
  parts.sink.objects.delete("b");
  const [verified] = await verifying(parts);
  create(parts.simulator, "d");
  assertEquals((await verified)?.length, 1);
});

test("does not take deletions during a verification for differences", async (parts) => {
  const { sink, simulator } = parts;
  await synced(parts);
  const b = sink.objects.get("b")!;
  sink.objects.delete("b");
  const [verified] = await verifying(parts);
  sink.objects.set("b", b);
  simulator.store.delete("ConfigMap", NAMESPACE, "b");
  assertEquals(await verified, []);
});

test("gives up a verification when it lists again", async (parts) => {
  await synced(parts);
  parts.sink.objects.delete("b");
  const [verified] = await verifying(parts);
  parts.reflector.distrust("of a test");
  assertEquals(await verified, undefined);
});

test("verifies nothing while it is not synced, or fails", async (parts) => {
  assertEquals(await parts.reflector.verify(signal), undefined);
  await synced(parts);
  parts.simulator.faults.add({ fault: { do: "answer", code: 500 } });
  parts.simulator.faults.strike({ do: "cut" });
  await eventually(() => parts.reflector.error !== undefined);
  assertEquals(await parts.reflector.verify(signal), undefined);
}, ({ faults }) => faults.add({ times: 1, streamedList: true, fault: { do: "delay", milliseconds: 1 } }));
