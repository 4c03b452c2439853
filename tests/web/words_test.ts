import { assertEquals } from "@std/assert";
import { ago, counted, cutMiddle, grouped } from "../../src/web/layout/words.ts";
import { commandsFor, commandsForRelease, shellWord } from "../../src/web/layout/commands.ts";
import { addEvents } from "../../src/web/layout/events.ts";
import { shortKind } from "../../src/web/layout/kinds.ts";

Deno.test("cutMiddle(), keeps both ends of a long text and never cuts a letter in two", () => {
  assertEquals(cutMiddle("abcdefghij", 10), "abcdefghij");
  assertEquals(cutMiddle("abcdefghijk", 7), "abc…ijk");
  assertEquals(cutMiddle("😀😀😀😀😀", 3), "😀…😀");
});

Deno.test("ago(), tells the largest unit, and never a negative time", () => {
  const seconds = [[0, "0 s"], [59, "59 s"], [60, "1 m"], [3_599, "59 m"], [3_600, "1 h"], [
    86_400 * 400,
    "1 y",
  ], [-5, "0 s"]] as const;
  for (const [age, text] of seconds) assertEquals(ago(0, age * 1000), text);
});

Deno.test("counted(), uses the singular for one alone, and groups numbers", () => {
  assertEquals([counted(0, "Pod"), counted(1, "Pod"), counted(2_000, "Pod")], [
    "0 Pods",
    "1 Pod",
    "2,000 Pods",
  ]);
  assertEquals(grouped(1_234_567), "1,234,567");
});

Deno.test("shellWord(), quotes what a shell would read otherwise", () => {
  assertEquals(["web-1", "a b", "$(reboot)", "it's"].map(shellWord), [
    "web-1",
    "'a b'",
    "'$(reboot)'",
    `'it'\\''s'`,
  ]);
});

Deno.test("commandsFor(), names the group of custom kinds", () => {
  const key = { namespace: "shop", name: "web" };
  assertEquals(
    commandsFor({ ...key, kind: "Deployment" }, "apps/v1")[0],
    "kubectl get -n shop deployment/web -o yaml",
  );
  assertEquals(
    commandsFor({ ...key, kind: "Cluster" }, "postgresql.cnpg.io/v1")[0],
    "kubectl get -n shop cluster.v1.postgresql.cnpg.io/web -o yaml",
  );
  assertEquals(commandsFor({ kind: "Node", namespace: "", name: "n" }, "v1")[1], "kubectl describe node/n");
  assertEquals(commandsForRelease(key)[0], "helm status -n shop web");
});

Deno.test("addEvents(), a snapshot is no event, a repeated state is none, and a removal has its name", () => {
  const upsert = (status: string) => ({
    op: "upsert_node",
    node: { uid: "1", kind: "Pod", name: "a", status, message: "m" },
  });
  assertEquals(addEvents([], [{ op: "scope_changed" }, upsert("Ready")], 0), []);
  const once = addEvents([], [upsert("Pending")], 1);
  assertEquals(once.map(({ subject, text }) => [subject, text]), [["Pod a", "Pending: m"]]);
  assertEquals(addEvents(once, [upsert("Pending")], 2), once);
  assertEquals(addEvents(once, [{ op: "remove_node", uid: "1" }], 3)[0]?.subject, "Pod a");
});

Deno.test("shortKind(), every short name fits its column", () => {
  for (
    const kind of [
      "ConfigMap",
      "DatabaseBackup",
      "Widget",
      "Kafkatopicoperator",
      "CiliumNetworkPolicyLongName",
    ]
  ) {
    assertEquals(shortKind(kind).length <= 6, true, kind);
  }
});
