/**
 * Objects and faults that a real API server cannot be made to produce. The tests use the simulator, with
 * Astrolabe in a separate process, and compare the graph with a naive reading of the simulator's objects.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import { livingCluster } from "../../src/simulator/living_cluster.ts";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import type { ObjectStore } from "../../src/simulator/object_store.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Simulator, type SimulatorOptions } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { describeAnswer, LISTS, NaiveReading } from "../support/naive_reading.ts";
import { random } from "../support/random.ts";

interface Parts {
  readonly simulator: Simulator;
  readonly astrolabe: Astrolabe;
  /** The folder of the kubeconfig and the token. */
  readonly folder: string;
}

interface Setting extends Partial<SimulatorOptions> {
  readonly prepare?: (simulator: Simulator) => void;
}

/** Runs Astrolabe on a prepared simulator. */
function faultTest(behaviour: string, run: (parts: Parts) => Promise<void>, setting: Setting = {}): void {
  Deno.test(`Astrolabe, ${behaviour}`, async () => {
    const { prepare = () => {}, ...options } = setting;
    const simulator = Simulator.start({ kinds, token: "good", ...options });
    const folder = await Deno.makeTempDir({ prefix: "astrolabe-faults-" });
    try {
      prepare(simulator);
      await Deno.writeTextFile(`${folder}/token`, "good");
      await Deno.writeTextFile(`${folder}/kubeconfig`, kubeconfigOf(simulator.url, { tokenFile: "token" }));
      const astrolabe = await Astrolabe.start(`--kubeconfig=${folder}/kubeconfig`);
      try {
        await run({ simulator, astrolabe, folder });
      } finally {
        await astrolabe.stop();
      }
    } finally {
      await simulator.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

// Unusual objects

faultTest("skips an object without a uid, and logs it", async ({ astrolabe, simulator }) => {
  await astrolabe.ready();
  await holds(() => assertStringIncludes(astrolabe.output, "ConfigMap store/nobody has no uid"));
  assertEquals(await namesIn(astrolabe), ["ConfigMap a", "ConfigMap z"]);
  simulator.store.delete("ConfigMap", "store", "nobody");
  simulator.store.delete("ConfigMap", "store", "a");
  await holds(async () => assertEquals(await namesIn(astrolabe), ["ConfigMap z"]));
}, {
  prepare: ({ store }) => {
    store.create(configMap("a"));
    store.create(configMap("nobody", { uid: "" }));
    store.create(configMap("z"));
  },
});

faultTest(
  "keeps objects of every kind whose spec is null",
  async ({ astrolabe }) => {
    await astrolabe.ready();
    const { nodes } = await astrolabe.graph("inactive=true");
    assertEquals(nodes.map(({ kind }) => kind).sort(), Object.keys(LISTS).sort());
    const unknown = nodes.filter(({ status }) => status === "Unknown").map(({ kind }) => kind);
    assertEquals(unknown.includes("Deployment"), true);
  },
  {
    prepare: ({ store }) => {
      for (const { kind, namespaced, group, version } of kinds) {
        const namespace = namespaced ? { namespace: "store" } : {};
        const apiVersion = group === "" ? version : `${group}/${version}`;
        store.create({
          apiVersion,
          kind,
          metadata: { name: "null", ...namespace },
          spec: null,
          status: null,
        });
      }
    },
  },
);

faultTest("accepts names that have a meaning in JavaScript", async ({ astrolabe, simulator }) => {
  await astrolabe.ready();
  await holdsAgainst(simulator.store, astrolabe);
  const { nodes, edges } = await astrolabe.graph("namespace=constructor&labels=true");
  assertEquals(nodes.length, 2 * STRANGE.length + 1);
  assertEquals(edges.filter(({ type }) => type === "selects").length, STRANGE.length ** 2);
  const labels = new Map(Object.entries(nodes.find(({ name }) => name === "toString")?.labels ?? {}));
  assertEquals(labels.get("__proto__"), "true");
  assertEquals((await astrolabe.graph("release=__proto__")).nodes.length, 2 * STRANGE.length);
  assertEquals(await astrolabe.json("/api/v1/releases"), ["__proto__"]);
  assertEquals(
    await namesIn(astrolabe, "labelSelector=constructor%3Da&kind=Pod"),
    STRANGE.map((it) => `Pod ${it}`).sort(),
  );
}, {
  prepare: ({ store }) => {
    store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "constructor" } });
    for (const name of STRANGE) {
      // Parsed from JSON, where `__proto__` is an ordinary key.
      const labels = JSON.parse('{"__proto__": "true", "constructor": "a", "toString": "__proto__"}');
      const annotations = { "meta.helm.sh/release-name": "__proto__" };
      const metadata = { name, namespace: "constructor", labels, annotations };
      store.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata,
        spec: { containers: [], volumes: [{ name, configMap: { name: "hasOwnProperty" } }] },
      });
      const selector = JSON.parse('{"__proto__": "true", "constructor": "a"}');
      store.create({ apiVersion: "v1", kind: "Service", metadata, spec: { selector } });
    }
  },
});

const STRANGE = ["__proto__", "constructor", "toString", "hasOwnProperty"];

faultTest("accepts an object of 1 MB, and its neighbours", async ({ astrolabe, simulator }) => {
  await astrolabe.ready();
  await holdsAgainst(simulator.store, astrolabe);
  assertEquals((await astrolabe.graph("kind=Pod")).nodes.length, 3);
}, {
  prepare: ({ store }) => {
    for (const [name, size] of [["a", 1], ["big", 5_000], ["z", 1]] as const) {
      const env = Array.from({ length: size }, (_, index) => ({ name: `E${index}`, value: "x".repeat(180) }));
      store.create({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "store" },
        spec: { containers: [{ name: "main", image: "image", env }] },
      });
    }
  },
});

// Owners

faultTest("relates a dependent to an owner that comes later", async ({ astrolabe, simulator }) => {
  await astrolabe.ready();
  simulator.store.create(owned("child", { by: "parent", uid: "uid-of-parent" }));
  await holds(async () => assertEquals(await namesIn(astrolabe), ["ConfigMap child"]));
  assertEquals((await astrolabe.graph()).edges, []);
  const parent = simulator.store.create(configMap("parent", { uid: "uid-of-parent" }));
  await holds(async () => {
    const { edges } = await astrolabe.graph();
    assertEquals(edges.map(({ type, from }) => [type, from]), [["owns", parent.metadata.uid]]);
  });
});

faultTest("follows two resources that swap owners", async ({ astrolabe, simulator }) => {
  await astrolabe.ready();
  const { store } = simulator;
  for (const name of ["left", "right"]) store.create(configMap(name, { uid: `uid-of-${name}` }));
  store.create(owned("a", { by: "left", uid: "uid-of-left" }));
  store.create(owned("b", { by: "right", uid: "uid-of-right" }));
  await holdsAgainst(store, astrolabe);
  store.update(owned("a", { by: "right", uid: "uid-of-right" }));
  store.update(owned("b", { by: "left", uid: "uid-of-left" }));
  await holdsAgainst(store, astrolabe);
});

faultTest("answers about two resources that own each other", async ({ astrolabe, simulator }) => {
  await astrolabe.ready();
  const { store } = simulator;
  store.create(owned("egg", { by: "hen", uid: "uid-of-hen" }, { uid: "uid-of-egg" }));
  store.create(owned("hen", { by: "egg", uid: "uid-of-egg" }, { uid: "uid-of-hen" }));
  await holdsAgainst(store, astrolabe);
  assertEquals((await astrolabe.graph("namespace=store")).edges.length, 2);
});

// Faults of the API server

faultTest("is ready without a kind that the API server does not serve", async ({ astrolabe }) => {
  await astrolabe.ready();
  const statuses = await astrolabe.json("/api/v1/kinds") as { kind: string; state: string }[];
  assertEquals(
    statuses.filter(({ state }) => state !== "synced").map(({ kind, state }) => `${kind} ${state}`),
    [
      "HorizontalPodAutoscaler absent",
    ],
  );
}, { kinds: kinds.filter(({ kind }) => kind !== "HorizontalPodAutoscaler") });

faultTest(
  "continues with a new token after the old one has expired",
  async ({ astrolabe, simulator, folder }) => {
    await astrolabe.ready();
    simulator.token = "new";
    simulator.faults.strike({ do: "cut" });
    await holds(() => assertStringIncludes(astrolabe.output, "does not accept the credentials (401)"));
    await Deno.writeTextFile(`${folder}/token`, "new");
    simulator.store.create(configMap("after"));
    await holds(async () => assertEquals(await namesIn(astrolabe), ["ConfigMap after"]), 30);
  },
);

faultTest("has the changes from an outage of the API server", async ({ astrolabe, simulator }) => {
  await astrolabe.ready();
  const { store } = simulator;
  await simulator.down();
  store.delete("ConfigMap", "store", "gone");
  store.delete("ConfigMap", "store", "recreated");
  store.create(configMap("recreated"));
  store.create(configMap("new"));
  store.compact();
  simulator.up();
  await holdsAgainst(store, astrolabe);
}, {
  prepare: ({ store }) => {
    for (const name of ["gone", "recreated", "kept"]) store.create(configMap(name));
  },
});

faultTest(
  "recovers after etcd was restored and has passed its version",
  async ({ astrolabe, simulator }) => {
    await astrolabe.ready();
    const { store } = simulator;
    const { revision } = store;
    const names = store.list("Pod").slice(0, 20).map(({ metadata }) => metadata);
    for (const { namespace = "", name } of names.slice(0, 10)) store.delete("Pod", namespace, name);
    for (const { namespace, name } of names.slice(10)) {
      store.patch("Pod", { namespace: namespace ?? "", name }, {
        metadata: { labels: { of: "the lost past" } },
      });
    }
    for (let index = 0; index < 20; index++) store.create(configMap(`ghost-${index}`));
    await holdsAgainst(store, astrolabe);
    await simulator.down();
    store.rewind(revision);
    for (let index = 0; index < 60; index++) store.create(configMap(`new-${index}`));
    simulator.up();
    await holdsAgainst(store, astrolabe);
  },
  { prepare: ({ store }) => fill(store, 400) },
);

faultTest(
  "shows the true state of a changing cluster after all faults of its API server",
  async ({ astrolabe, simulator }) => {
    const next = random(7);
    const stop = new AbortController();
    const life = livingCluster({ store: simulator.store, signal: stop.signal, changesPerSecond: 200 });
    try {
      await astrolabe.ready();
      for (let round = 0; round < 30; round++) {
        const fault = FAULTS[Math.floor(next() * FAULTS.length)]!;
        const kind = kinds[Math.floor(next() * kinds.length)]!;
        simulator.faults.strike(fault, next() < 0.7 ? { kind: kind.kind } : {});
        if (next() < 0.2) simulator.store.compact();
        const { revision } = simulator.store;
        await holds(() => assertEquals(simulator.store.revision >= revision + 5, true));
      }
    } finally {
      stop.abort();
      await life;
    }
    await holdsAgainst(simulator.store, astrolabe);
  },
  { prepare: ({ store }) => fill(store, 400), watchHistory: 50 },
);

const FAULTS = [
  { do: "cut" },
  { do: "half-line" },
  { do: "garbage" },
  { do: "error", code: 410 },
  { do: "error", code: 500 },
] as const;

// Invalid requests

faultTest("answers an invalid request with the valid values", async ({ astrolabe }) => {
  await astrolabe.ready();
  for (const [path, status, says] of WRONG) {
    const answer = await astrolabe.text(path);
    const { error } = JSON.parse(answer.text);
    assertEquals([path, answer.status, error.message.includes(says), error.message], [
      path,
      status,
      true,
      error.message,
    ]);
  }
  assertEquals((await astrolabe.graph()).nodes, []);
});

const WRONG: readonly [path: string, status: number, says: string][] = [
  ["/api/v1/graph?colour=red", 400, "known are namespace, kind, release"],
  ["/api/v1/graph?kind=Widget", 400, "must be one of Pod, Service"],
  ["/api/v1/graph?status=Fine", 400, "must be one of Ready"],
  ["/api/v1/graph?labelSelector=app+in", 400, "labelSelector"],
  ["/api/v1/graph?release=a/b/c", 400, "must be name or namespace/name"],
  ["/api/v1/graph?inactive=perhaps", 400, "must be true or false"],
  ["/api/v1/graph?release=a&release=b", 400, "may be given only once"],
  ["/api/v1/resources?limit=-1", 400, "limit"],
  ["/api/v1/graph?__proto__=1", 400, "Unknown query parameter"],
  ["/api/v1/resources/%00", 404, ""],
  ["/api/v1/nothing", 404, "There is nothing at /api/v1/nothing"],
];

function configMap(name: string, metadata: object = {}): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "store", ...metadata } };
}

function owned(name: string, { by, uid }: { by: string; uid: string }, metadata: object = {}): KubeObject {
  const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: by, uid }];
  return configMap(name, { ...metadata, ownerReferences });
}

function fill(store: ObjectStore, objects: number): void {
  for (const object of sampleCluster({ objects, seed: 3 })) store.create(object);
}

async function namesIn(astrolabe: Astrolabe, query = ""): Promise<string[]> {
  return (await astrolabe.graph(query)).nodes.map(({ kind, name }) => `${kind} ${name}`).sort();
}

async function holdsAgainst(store: ObjectStore, astrolabe: Astrolabe): Promise<void> {
  const naive = new NaiveReading(Object.keys(LISTS).flatMap((kind) => store.list(kind)));
  const questions = [{ inactive: true }, ...naive.releases().slice(0, 5).map((release) => ({ release }))];
  for (const question of questions) {
    const query = new URLSearchParams({ labels: "true" });
    for (const [name, value] of Object.entries(question)) query.set(name, String(value));
    const expected = naive.graph(question);
    await holds(async () => assertEquals(describeAnswer(await astrolabe.graph(String(query))), expected), 40);
  }
}
