/** The metrics of a running Astrolabe. */
import { assertEquals } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";

const HOSTILE = ["__proto__", 'a"b', "a\nb", "a\\", "}", "{x=1}", "\u202e", "# HELP"];

/** Returns the names and labels of all series, except those of HTTP, which depend on the requests. */
async function series(astrolabe: Astrolabe): Promise<string[]> {
  const { text } = await astrolabe.text("/metrics");
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.replace(/ \S+$/, ""))
    .filter((line) => !line.startsWith("astrolabe_http_"))
    .sort();
}

Deno.test("Astrolabe, exposes no more series for 1,000 namespaces and hostile names", async () => {
  const simulator = Simulator.start({ kinds });
  const config = await Deno.makeTempFile();
  await Deno.writeTextFile(config, kubeconfigOf(simulator.url));
  const { store } = simulator;
  store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "one" } });
  const astrolabe = await Astrolabe.start(`--kubeconfig=${config}`);
  try {
    await astrolabe.ready();
    await astrolabe.text("/metrics");
    const before = await series(astrolabe);
    for (let i = 0; i < 1_000; i++) {
      store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: `team-${i}` } });
      const labels = { team: `team-${i}` };
      store.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `settings-${i}`, namespace: `team-${i}`, labels },
      });
    }
    for (const name of HOSTILE) {
      const metadata = { name, namespace: name, annotations: { "meta.helm.sh/release-name": name } };
      store.create({ apiVersion: "v1", kind: "ConfigMap", metadata });
      await astrolabe.text(`/api/v1/resources/${encodeURIComponent(name)}`);
    }
    await holds(async () => {
      const { nodes } = await astrolabe.json("/health");
      assertEquals(nodes, 1 + 2_000 + HOSTILE.length);
    });
    assertEquals(await series(astrolabe), before);
  } finally {
    await astrolabe.stop();
    await simulator.close();
    await Deno.remove(config);
  }
});

Deno.test("Astrolabe, exposes figures of its process without further permissions", async () => {
  const astrolabe = await Astrolabe.start("demo", "--objects=200");
  try {
    await astrolabe.ready();
    const { text } = await astrolabe.text("/metrics");
    const values = [...text.matchAll(/^process_\w+ (\S+)$/gm)].map(([, value]) => Number(value));
    assertEquals(values.map((value) => value > 0), [true, true, true, true]);
  } finally {
    await astrolabe.stop();
  }
});
