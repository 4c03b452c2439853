import { assertEquals } from "@std/assert";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { secret } from "../../src/kinds/secret.ts";
import { describeReference, kindCases } from "./kind_cases.ts";

const check = kindCases(secret);

check("ready", { status: "Ready", references: [], selectors: [] });
check("malformed", { status: "Unknown", references: [] });

Deno.test("Secret, a token is used by the ServiceAccount that its annotation names", () => {
  const annotations = { "kubernetes.io/service-account.name": "web" };
  const metadata = { name: "web-token", namespace: "shop", uid: "u-1", annotations };
  assertEquals(makeRecord(secret, { metadata }).references.map(describeReference), [
    "uses-secret <- ServiceAccount shop/web",
  ]);
});
