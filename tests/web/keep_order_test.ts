import { assertEquals } from "@std/assert";
import { keepOrder } from "../../src/web/layout/keep_order.ts";

Deno.test("keepOrder(), shown items stay where they are, new ones come last, gone ones leave", () => {
  assertEquals(keepOrder(["a", "b", "c"], ["d", "c", "a"], (it) => it), ["a", "c", "d"]);
});

Deno.test("keepOrder(), items have their new contents", () => {
  const shown = [{ key: 1, text: "old" }, { key: 2, text: "old" }];
  const next = [{ key: 2, text: "new" }, { key: 1, text: "new" }];
  assertEquals(keepOrder(shown, next, ({ key }) => `${key}`), [{ key: 1, text: "new" }, {
    key: 2,
    text: "new",
  }]);
});
