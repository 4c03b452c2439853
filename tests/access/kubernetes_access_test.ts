import { assert, assertEquals, assertRejects } from "@std/assert";
import { type AccessError, type Asker, type Need } from "../../src/access/access.ts";
import { KubernetesAccess } from "../../src/access/kubernetes_access.ts";
import type { Reviews } from "../../src/access/reviews.ts";
import type { ReviewedRule } from "../../src/access/rules.ts";
import { Graph } from "../../src/graph/graph.ts";
import { makeRecord } from "../../src/kinds/make_record.ts";
import { findKind, kinds } from "../../src/kinds/registry.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingLog } from "../support/recording_log.ts";

const MINUTE = 60_000;
const PODS = findKind("", "Pod")!;
const SECRETS = findKind("", "Secret")!;
const NODES = findKind("", "Node")!;

function rule(resources: readonly string[], more: Partial<ReviewedRule> = {}): ReviewedRule {
  return { verbs: ["list"], apiGroups: ["", "apps"], resources, ...more };
}

/** An API server that knows the bearers of tokens, and their rules by namespace; "" holds everywhere. */
class Cluster implements Reviews {
  readonly clock = new FakeClock();
  readonly asked: string[] = [];
  readonly rulesOf: Record<string, Record<string, readonly ReviewedRule[]>> = {};
  isIncomplete = false;
  /** Holds all answers back. */
  pause: Promise<void> | undefined;
  isAway = false;
  namespaces: readonly string[] = ["alpha", "beta"];
  readonly graph = new Graph(kinds, () => this.clock.now());
  readonly access = new KubernetesAccess({
    graph: this.graph.read,
    reviews: this,
    namespaces: () => this.namespaces,
    clock: this.clock,
    log: new RecordingLog(),
  });

  constructor() {
    for (const namespace of ["beta", "team-499"]) {
      const metadata = { name: "it", namespace, uid: `uid-${namespace}`, resourceVersion: "1" };
      this.graph.upsert(makeRecord(SECRETS, { metadata }));
    }
  }

  async ask(token: string, need?: Need, address = "10.0.0.1"): Promise<Asker> {
    return await this.access.ask({ authorization: `Bearer ${token}`, address }, need);
  }

  async refusal(token: string, address?: string): Promise<string> {
    return (await assertRejects(() => this.ask(token, undefined, address)) as AccessError).reason;
  }

  async identify(token: string) {
    this.#answer(`identify ${token}`);
    await this.pause;
    return token in this.rulesOf ? { name: token, groups: [] } : undefined;
  }

  // deno-lint-ignore require-await -- rejects where it throws
  async rules(token: string, namespace: string) {
    this.#answer(`rules ${namespace}`);
    const own = this.rulesOf[token];
    if (own === undefined) return undefined;
    return { rules: [...own[""] ?? [], ...own[namespace] ?? []], incomplete: this.isIncomplete };
  }

  // deno-lint-ignore require-await -- rejects where it throws
  async mayList(token: string, { plural }: { plural: string }, namespace: string) {
    this.#answer(`list ${plural} in ${namespace}`);
    const rules = [...this.rulesOf[token]?.[""] ?? [], ...this.rulesOf[token]?.[namespace] ?? []];
    return rules.some(({ resources }) => (resources as string[]).includes(plural));
  }

  // deno-lint-ignore require-await -- rejects where it throws
  async mayGet(token: string, path: string) {
    this.#answer(`get ${path}`);
    return token === "prometheus";
  }

  #answer(question: string): void {
    this.asked.push(question);
    if (this.isAway) throw new Error("nobody answers");
  }
}

Deno.test("KubernetesAccess, shows the kinds that may be listed everywhere, and those of single namespaces", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = { "": [rule(["pods"])], beta: [rule(["secrets", "nodes"])] };
  const { graph, namespaces, name } = await cluster.ask("ann");
  const extents = [PODS, SECRETS, NODES].map((kind) => graph.extentOf(graph.findKind(kind)!));
  assertEquals([name, extents, namespaces], ["ann", ["all", "some", "none"], ["beta"]]);
});

Deno.test("KubernetesAccess, asks only for the namespaces that a request needs", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = { beta: [rule(["pods"])] };
  await cluster.ask("ann", ["beta"]);
  assertEquals(cluster.asked, ["identify ann", "rules every.namespace", "rules beta"]);
});

Deno.test("KubernetesAccess, does not ask for namespaces that do not exist", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = {};
  for (let i = 0; i < 100; i++) await cluster.ask("ann", [`invented-${i}`]);
  assertEquals(cluster.asked, ["identify ann", "rules every.namespace"]);
});

Deno.test("KubernetesAccess, lets fifty requests of a user wait, and those of others as well", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = {};
  cluster.rulesOf.bob = {};
  const paused = Promise.withResolvers<void>();
  cluster.pause = paused.promise;
  const waiting = Array.from({ length: 50 }, () => cluster.ask("ann"));
  assertEquals(await cluster.refusal("ann"), "too-many-requests");
  waiting.push(cluster.ask("bob"));
  paused.resolve();
  assertEquals((await Promise.all(waiting)).length, 51);
  assertEquals((await cluster.ask("ann")).name, "ann");
});

Deno.test("KubernetesAccess, asks for no namespace where everything may be listed everywhere", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = { "": [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }] };
  const { graph, rights } = await cluster.ask("ann");
  assertEquals([graph, rights, cluster.asked.length], [cluster.graph.read, "", 2]);
});

Deno.test("KubernetesAccess, users with equal rights share a reader, others do not", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = { beta: [rule(["pods"])] };
  cluster.rulesOf.bob = { beta: [rule(["pods"]), rule(["pods"])], alpha: [] };
  cluster.rulesOf.eve = { alpha: [rule(["pods"])] };
  const [ann, bob, eve] = [await cluster.ask("ann"), await cluster.ask("bob"), await cluster.ask("eve")];
  assertEquals([ann.graph === bob.graph, ann.rights === bob.rights], [true, true]);
  assertEquals([ann.graph === eve.graph, ann.rights === eve.rights], [false, false]);
});

Deno.test("KubernetesAccess, an answer about known rights is immediate", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = {};
  await cluster.ask("ann");
  const again = cluster.access.ask({ authorization: "Bearer ann", address: "" }, undefined);
  assertEquals(again instanceof Promise, false);
});

Deno.test("KubernetesAccess, rights that were taken away are gone within a minute", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = { "": [rule(["pods"])] };
  const before = await cluster.ask("ann");
  cluster.rulesOf.ann = {};
  cluster.clock.advance(MINUTE);
  const after = await cluster.ask("ann");
  assertEquals([before, after].map(({ graph }) => graph.extentOf(graph.findKind(PODS)!)), ["all", "none"]);
});

Deno.test("KubernetesAccess, a revoked token is out within a minute", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = {};
  await cluster.ask("ann");
  delete cluster.rulesOf.ann;
  cluster.clock.advance(MINUTE);
  assertEquals(await cluster.refusal("ann"), "unauthenticated");
});

Deno.test("KubernetesAccess, who asks often never waits, and what they see is still new", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = { "": [rule(["pods"])] };
  await cluster.ask("ann");
  for (let i = 0; i < 50; i++) {
    cluster.clock.advance(5_000);
    if (i === 20) cluster.rulesOf.ann = {};
    const asker = cluster.access.ask({ authorization: "Bearer ann", address: "" }, undefined);
    assert(!(asker instanceof Promise));
    if (i === 34) assertEquals(asker.graph.extentOf(asker.graph.findKind(PODS)!), "none");
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  }
});

Deno.test("KubernetesAccess, known rights last five minutes while the API server is away, and no longer", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = { "": [rule(["pods"])] };
  await cluster.ask("ann");
  cluster.isAway = true;
  for (let minute = 1; minute < 5; minute++) {
    cluster.clock.advance(MINUTE - 1);
    assertEquals((await cluster.ask("ann")).name, "ann", `minute ${minute}`);
  }
  cluster.clock.advance(MINUTE + 10);
  assertEquals(await cluster.refusal("ann"), "unavailable");
  assertEquals(await cluster.refusal("bob"), "unavailable");
  cluster.isAway = false;
  cluster.clock.advance(MINUTE);
  assertEquals((await cluster.ask("ann")).name, "ann");
});

Deno.test("KubernetesAccess, asks an API server that is away only every few seconds", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = {};
  await cluster.ask("ann");
  cluster.isAway = true;
  cluster.clock.advance(MINUTE);
  await cluster.ask("ann");
  const asked = cluster.asked.length;
  for (let i = 0; i < 100; i++) await cluster.ask("ann");
  assertEquals(cluster.asked.length, asked);
});

Deno.test("KubernetesAccess, a token that was refused is not asked for again at once", async () => {
  const cluster = new Cluster();
  assertEquals(await cluster.refusal("wrong"), "unauthenticated");
  const asked = cluster.asked.length;
  assertEquals(await cluster.refusal("wrong"), "unauthenticated");
  assertEquals(cluster.asked.length, asked);
  cluster.rulesOf.wrong = {};
  cluster.clock.advance(10_001);
  assertEquals((await cluster.ask("wrong")).name, "wrong");
});

Deno.test("KubernetesAccess, limits the tokens that one address may try, and nobody else", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = {};
  cluster.rulesOf.bob = {};
  await cluster.ask("ann");
  let tried = 0;
  while (await cluster.refusal(`wrong-${tried}`) === "unauthenticated") tried++;
  assertEquals(tried, 100);
  assertEquals(await cluster.refusal("bob"), "too-many-failures");
  assertEquals((await cluster.ask("ann")).name, "ann");
  assertEquals((await cluster.ask("bob", undefined, "10.0.0.2")).name, "bob");
  cluster.clock.advance(1_000);
  tried = 0;
  while (await cluster.refusal(`other-${tried}`) === "unauthenticated") tried++;
  assertEquals(tried, 5);
});

Deno.test("KubernetesAccess, incomplete rules are not believed: access reviews decide", async () => {
  const cluster = new Cluster();
  cluster.isIncomplete = true;
  cluster.rulesOf.ann = { "": [rule(["pods"])], beta: [rule(["secrets"])] };
  // The rules leave out what the access reviews permit, and the other way round.
  cluster.rules = (_token, namespace) =>
    Promise.resolve({ rules: [rule(["configmaps"])], incomplete: namespace !== "" });
  const { graph, namespaces } = await cluster.ask("ann");
  const extents = ["Pod", "Secret", "ConfigMap"].map((name) =>
    graph.extentOf(graph.findKind(findKind("", name)!)!)
  );
  assertEquals([extents, namespaces], [["all", "some", "none"], ["beta"]]);
});

Deno.test("KubernetesAccess, with incomplete rules the number of access reviews is bounded", async () => {
  const cluster = new Cluster();
  cluster.isIncomplete = true;
  cluster.namespaces = Array.from({ length: 500 }, (_, i) => `team-${String(i).padStart(3, "0")}`);
  cluster.rulesOf.ann = Object.fromEntries(cluster.namespaces.map((name) => [name, [rule(["pods"])]]));
  const { namespaces } = await cluster.ask("ann");
  const lists = cluster.asked.filter((it) => it.startsWith("list "));
  assertEquals(lists.length, kinds.length + 2_000);
  assert(namespaces.length > 50 && namespaces.length < 500, `${namespaces.length}`);
  const named = await cluster.ask("ann", ["team-499"]);
  assertEquals(named.namespaces, ["team-499"]);
});

Deno.test("KubernetesAccess, remembers ten thousand tokens and forgets the longest unused", async () => {
  const cluster = new Cluster();
  for (let i = 0; i <= 10_000; i++) {
    cluster.rulesOf[`user-${i}`] = { "": [rule([i % 2 ? "pods" : "secrets"])] };
  }
  for (let i = 0; i < 10_000; i++) await cluster.ask(`user-${i}`);
  await cluster.ask("user-0");
  await cluster.ask("user-10000");
  const isKnown = (token: string) =>
    !(cluster.access.ask({ authorization: `Bearer ${token}`, address: "" }, undefined) instanceof Promise);
  assertEquals(["user-0", "user-9999", "user-10000"].map(isKnown), [true, true, true]);
  assertEquals(isKnown("user-1"), false);
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
});

Deno.test("KubernetesAccess, many who ask for the first time at once are all answered", async () => {
  const cluster = new Cluster();
  for (let i = 0; i < 1_000; i++) cluster.rulesOf[`user-${i}`] = {};
  const askers = await Promise.all(Object.keys(cluster.rulesOf).map((token) => cluster.ask(token)));
  assertEquals(askers.map(({ name }) => name), Object.keys(cluster.rulesOf));
});

Deno.test("KubernetesAccess, metrics are for those who may get /metrics", async () => {
  const cluster = new Cluster();
  cluster.rulesOf.ann = {};
  cluster.rulesOf.prometheus = {};
  const ask = (token: string) =>
    cluster.access.mayReadMetrics({ authorization: `Bearer ${token}`, address: "" });
  assertEquals([await ask("ann"), await ask("prometheus")], [false, true]);
  assertEquals((await assertRejects(() => ask("wrong")) as AccessError).reason, "unauthenticated");
});

Deno.test("KubernetesAccess, refuses what cannot be a token without asking", async () => {
  const cluster = new Cluster();
  const headers = [
    null,
    "",
    "Bearer",
    "Bearer ",
    "Basic YTpi",
    "Bearer a b",
    "Bearer é",
    `Bearer ${"a".repeat(100_000)}`,
  ];
  for (const authorization of headers) {
    const refused = await assertRejects(async () =>
      await cluster.access.ask({ authorization, address: "" }, [])
    );
    assertEquals((refused as AccessError).reason, "unauthenticated", `${authorization}`.slice(0, 20));
  }
  assertEquals(cluster.asked, []);
});
