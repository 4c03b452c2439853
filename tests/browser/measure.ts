/**
 * Measures the page in a real browser: its size, the time until Home is interactive on the demo and on a large
 * cluster, the time to draw a large release, the time from a change at the API server to the screen, and the
 * memory of a tab while the cluster changes. `--minutes N` sets how long the last one lasts; default: 5.
 */
import { parseArgs } from "@std/cli/parse-args";
import { PAGE_FILE_NAMES } from "../../src/page_files.ts";
import { kinds } from "../../src/kinds/registry.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { livingCluster } from "../../src/simulator/living_cluster.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { Chromium, makePage } from "../support/browser.ts";
import { holds } from "../support/holds.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";

const { minutes = "5", objects = "100000" } = parseArgs(Deno.args, { string: ["minutes", "objects"] });
const REPEATS = 5;

await makePage();
let bytes = 0;
for (const name of PAGE_FILE_NAMES) {
  const stream = new Blob([await Deno.readFile(`dist/page/${name}`)]).stream();
  bytes += (await new Response(stream.pipeThrough(new CompressionStream("gzip"))).bytes()).length;
}
console.log(`everything that the page loads, gzip: ${bytes} bytes`);

await using chromium = await Chromium.start();

/** The milliseconds from the navigation until the causes and a band with lanes are there. */
const INTERACTIVE = `new Promise((resolve) => {
  const check = () => document.querySelector(".cause") && document.querySelector(".lanes .card")
    ? resolve(performance.now()) : requestAnimationFrame(check);
  check();
})`;

async function home(url: string, what: string): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    await using page = await chromium.open(url);
    times.push(await page.evaluate<number>(INTERACTIVE));
  }
  console.log(`Home interactive, ${what}: ${times.map((it) => Math.round(it)).join(", ")} ms`);
}

for (const size of [2_000, Number(objects)]) {
  const simulator = Simulator.start({ kinds });
  simulator.store.fill(sampleCluster({ objects: size, seed: 1 }));
  for (let i = 0; i < 300; i++) {
    const labels = {
      "app.kubernetes.io/managed-by": "Helm",
      "app.kubernetes.io/instance": "large",
      app: "large",
    };
    const metadata = { name: `large-${i}`, namespace: "measure", labels };
    const kind = ["ConfigMap", "Secret", "Service", "ServiceAccount"][i % 4] ?? "";
    simulator.store.create({
      apiVersion: "v1",
      kind,
      metadata,
      ...kind === "Service" && { spec: { selector: { app: "large" } } },
    });
  }
  const kubeconfig = await Deno.makeTempFile();
  await Deno.writeTextFile(kubeconfig, kubeconfigOf(simulator.url));
  const astrolabe = await Astrolabe.start(`--kubeconfig=${kubeconfig}`);
  await astrolabe.ready();
  await holds(async () => {
    const kinds: { state: string }[] = await astrolabe.json("/api/v1/kinds");
    if (kinds.some(({ state }) => state === "listing")) throw new Error("not synced yet");
  });
  await home(`${astrolabe.url}/`, `${size} objects`);
  {
    await using page = await chromium.open(`${astrolabe.url}/?screen=kinds`);
    await page.shows("live");
    const drawn = await page.evaluate<number>(`new Promise((resolve) => {
      const answered = fetch("api/v1/graph?release=measure/large").then((it) => it.text());
      answered.then(() => {
        const start = performance.now();
        history.pushState(null, "", "?screen=release&release=measure/large");
        dispatchEvent(new Event("placechange"));
        const check = () => document.querySelectorAll(".lanes .use").length > 30
          ? resolve(performance.now() - start) : requestAnimationFrame(check);
        check();
      });
    })`);
    console.log(
      `a release of 300 resources drawn, its requests included, ${size} objects: ${Math.round(drawn)} ms`,
    );
  }
  // Among the hundreds of broken Pods of a large sample one more is not on the first page of anything.
  if (size === 2_000) {
    await using page = await chromium.open(`${astrolabe.url}/`);
    await page.shows("live");
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const name = `measured-${i}`;
      const seen = page.evaluate<number>(`new Promise((resolve) => {
        const check = () => document.body.innerText.includes(${
        JSON.stringify(name)
      }) ? resolve(Date.now()) : setTimeout(check, 5);
        check();
      })`);
      const start = Date.now();
      simulator.store.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "measure" },
        spec: { containers: [{ name: "app" }] },
        status: { phase: "Failed", reason: "Evicted" },
      });
      times.push(await seen - start);
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    times.sort((a, b) => a - b);
    console.log(
      `change at the API server to visible on Home, ${size} objects: median ${times[10]}, most ${
        times.at(-1)
      } ms`,
    );
  }
  if (size === 2_000) {
    const stop = new AbortController();
    const living = livingCluster({
      store: simulator.store,
      signal: stop.signal,
      seed: 1,
      changesPerSecond: 100,
    });
    await using page = await chromium.open(`${astrolabe.url}/`);
    await page.shows("live");
    const heap = async () => {
      const session = await page.tab.createCDPSession();
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      await session.detach();
      return `${(usedSize / 1e6).toFixed(1)} MB, ${await page.evaluate(
        "document.querySelectorAll('*').length",
      )} elements`;
    };
    for (let minute = 0; minute <= Number(minutes); minute++) {
      console.log(`tab after ${minute} minutes of 100 changes a second: ${await heap()}`);
      if (minute < Number(minutes)) await new Promise((resolve) => setTimeout(resolve, 60_000));
    }
    stop.abort();
    await living;
  }
  await astrolabe.stop();
  await simulator.close();
  await Deno.remove(kubeconfig);
}
