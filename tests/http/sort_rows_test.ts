import { assertEquals } from "@std/assert";
import { type ResourceKey, resourceKey } from "../../src/http/resource_key.ts";
import { sortRows, sortScopes } from "../../src/http/sort_rows.ts";
import { random } from "../support/random.ts";
import { Api } from "./api.ts";
import { object } from "./objects.ts";

/** UTF-16 and UTF-8 disagree about the last two. */
const LETTERS = ["a", "b", "Z", "-", "é", "\uffee", "\u{1f600}"];
const KINDS = ["Pod", "ConfigMap", "PersistentVolumeClaim", "PersistentVolume", "Namespace"];

/** Some 300 resources whose keys often begin alike. */
function randomApi(seed: number): Api {
  const next = random(seed);
  const pick = <T>(items: readonly T[]) => items[Math.floor(next() * items.length)] as T;
  const word = () => Array.from({ length: 1 + Math.floor(next() * 3) }, () => pick(LETTERS)).join("");
  const api = new Api();
  for (let i = 0; i < 300; i++) {
    const kind = pick(KINDS);
    const clusterScoped = kind === "PersistentVolume" || kind === "Namespace";
    api.put(object(kind, clusterScoped ? word() : `${word()}/${word()}`, { uid: `uid-${i}` }));
  }
  return api;
}

/** A text whose order as text is that of the key's bytes. */
function bytesOf({ namespace, kind, name }: ResourceKey): string {
  const hex = (text: string) =>
    Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [namespace, kind, name].map(hex).join(" ");
}

for (const seed of [1, 2, 3]) {
  Deno.test(`sortRows(), sorts the rows of seed ${seed} as bytes`, () => {
    const { read } = randomApi(seed).graph;
    const keys = sortRows(read, read.select({})).map((row) => bytesOf(resourceKey(read, row)));
    assertEquals(keys, keys.toSorted());
  });

  Deno.test(`sortRows(), a page of the rows of seed ${seed} is a part of the whole`, () => {
    const { read } = randomApi(seed).graph;
    const all = sortRows(read, read.select({}));
    for (const [i, row] of all.entries()) {
      const page = sortRows(read, read.select({}), { after: resourceKey(read, row), limit: 10 });
      assertEquals(page, all.slice(i + 1, i + 11));
    }
  });

  Deno.test(`sortRows(), begins behind a key that no row has, with seed ${seed}`, () => {
    const { read } = randomApi(seed).graph;
    const after = { namespace: "a", kind: "ConfigMap", name: "b\u0001" };
    const behind = sortRows(read, read.select({})).filter((row) =>
      bytesOf(resourceKey(read, row)) > bytesOf(after)
    );
    assertEquals(sortRows(read, read.select({}), { after }), behind);
  });
}

for (const filter of [{}, { nameContains: "a" }, { kinds: [0, 1, 2] }, { unreferenced: true }]) {
  Deno.test(`sortScopes(), gives the pages of sortRows() with ${JSON.stringify(filter)}`, () => {
    const { read } = randomApi(4).graph;
    const all = sortRows(read, read.select(filter));
    for (const [i, row] of all.entries()) {
      const scopes = read.selectScopes(filter) ?? [];
      const page = sortScopes(read, scopes, { after: resourceKey(read, row), limit: 10 });
      assertEquals(page, all.slice(i + 1, i + 11));
    }
    assertEquals(sortScopes(read, read.selectScopes(filter) ?? [], { limit: 10 }), all.slice(0, 10));
  });
}

Deno.test("sortRows(), accepts no rows", () => {
  assertEquals(sortRows(new Api().graph.read, []), []);
});
