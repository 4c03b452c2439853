import { assertEquals } from "@std/assert";
import { hrefOf, hrefOfMissing, hrefWith, placeOf, SCREENS } from "../../src/web/place.ts";

Deno.test("placeOf(), reads what hrefOf() writes, whatever the values", () => {
  for (const screen of SCREENS) {
    const params = { uid: "a&b=c#d?e/f %2F", namespace: ["one", "two"], query: "label:a=b <x>" };
    const href = hrefOf(screen, params);
    const place = placeOf(href.replace("./", ""));
    assertEquals(place.screen, screen);
    assertEquals([...place.params], [["uid", params.uid], ["namespace", "one"], ["namespace", "two"], [
      "query",
      params.query,
    ]]);
  }
});

Deno.test("placeOf(), an unknown screen is Home", () => {
  assertEquals(placeOf("?screen=nothing&cause=1").screen, "home");
  assertEquals(placeOf("").screen, "home");
});

Deno.test("hrefOf(), addresses are relative, so that a path prefix stays", () => {
  assertEquals(hrefOf("home"), "./");
  assertEquals(hrefOf("kinds"), "?screen=kinds");
  assertEquals(
    hrefOfMissing({ kind: "Secret", namespace: "", name: "a b" }),
    "?screen=impact&kind=Secret&name=a+b",
  );
});

Deno.test("hrefWith(), changes and removes parameters, and keeps the others", () => {
  const place = placeOf("?screen=release&release=a/b&cause=1");
  assertEquals(hrefWith(place, { cause: undefined, unfold: "x" }), "?screen=release&release=a%2Fb&unfold=x");
});
