import { assertEquals } from "@std/assert";
import { configMap } from "../../src/kinds/config_map.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { secret } from "../../src/kinds/secret.ts";
import { kindCases } from "./kind_cases.ts";

const check = kindCases(configMap);

check("ready", { status: "Ready", references: [], selectors: [] });
check("terminating", { status: "Pending", message: "Terminating" });
check("malformed", { status: "Unknown", references: [] });

const HIDDEN: readonly [name: string, configMap: boolean, secret: boolean][] = [
  ["sh.helm.release.v1.web.v3", true, true],
  ["kube-root-ca.crt", true, false],
  ["web", false, false],
  ["web.sh.helm.release.v1", false, false],
];

for (const [name, ...expected] of HIDDEN) {
  Deno.test(`ConfigMap and Secret, whether ${name} is left out of answers`, () => {
    const metadata = { name, namespace: "shop", uid: "u-1" };
    assertEquals([configMap, secret].map((rule) => makeRecord(rule, { metadata }).idle), expected);
  });
}
