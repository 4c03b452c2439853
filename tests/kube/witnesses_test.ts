import { assertEquals } from "@std/assert";
import { Witnesses } from "../../src/kube/witnesses.ts";
import { configMap } from "../conformance/reflector_cases.ts";

function object(name: string, resourceVersion: string, managedFields?: unknown): object {
  return { metadata: { name, namespace: "default", uid: name, resourceVersion, managedFields } };
}

function after(...writes: (readonly [name: string, version: string, gone?: "gone"])[]): Witnesses {
  const witnesses = new Witnesses({ kind: configMap });
  for (const [name, version, gone] of writes) {
    witnesses.add(object(name, version), { gone: gone !== undefined });
  }
  return witnesses;
}

function shown({ newest }: Witnesses): string[] {
  return newest.map(({ name, version, gone }) => `${name} ${version}${gone ? " gone" : ""}`);
}

Deno.test("Witnesses keeps the newest writes of three objects, newest first, in whatever order they come", () => {
  assertEquals(shown(after(["a", "7"], ["b", "10"], ["c", "9"], ["d", "8"], ["e", "2"])), [
    "b 10",
    "c 9",
    "d 8",
  ]);
});

Deno.test("Witnesses keeps the newest write of an object alone", () => {
  assertEquals(shown(after(["a", "7"], ["a", "9"], ["a", "8"], ["b", "3"])), ["a 9", "b 3"]);
});

Deno.test("Witnesses counts a deletion as a write, until the next list", () => {
  const witnesses = after(["a", "7"], ["b", "8"], ["a", "9", "gone"], ["c", "5", "gone"]);
  assertEquals([shown(witnesses), witnesses.deletedAt], [["a 9 gone", "b 8", "c 5 gone"], "9"]);
  witnesses.listed("12", 1);
  assertEquals([witnesses.deletedAt, witnesses.listedAt, witnesses.listedCount], [undefined, "12", 1]);
});

Deno.test("Witnesses takes the newest time of the managed fields", () => {
  const witnesses = new Witnesses({ kind: configMap });
  const fields = [{ time: "2026-01-01T00:00:01Z" }, { time: "2026-01-01T00:00:03Z" }, null, { time: 5 }];
  witnesses.add(object("a", "1", fields), { gone: false });
  assertEquals(witnesses.newest[0]?.writtenAt, "2026-01-01T00:00:03Z");
});

Deno.test("Witnesses leaves out objects that it could not find again", () => {
  const witnesses = new Witnesses({ kind: configMap });
  for (const metadata of [null, {}, { name: "a", uid: "a" }, { name: "a", uid: "a", resourceVersion: "x" }]) {
    witnesses.add({ metadata }, { gone: false });
  }
  assertEquals(witnesses.newest, []);
});
