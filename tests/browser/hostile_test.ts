/** Clusters that a page could stumble over: hostile names, sizes, and clusters without what the page expects. */
import { assertEquals } from "@std/assert";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { Chromium, makePage, needsChromium, type Page } from "../support/browser.ts";
import { PageOfCluster } from "../support/page_of_cluster.ts";

const LABELS = (app: string) => ({
  app,
  "app.kubernetes.io/managed-by": "Helm",
  "app.kubernetes.io/instance": app,
});

/** A release of one Deployment with Pods of a status, in a namespace. */
function release(
  name: string,
  { namespace = "shop", pods = 1, message = "", uses = [] as string[] } = {},
): KubeObject[] {
  const labels = LABELS(name);
  const spec = {
    containers: [{
      name: "app",
      image: `${name}:1`,
      envFrom: uses.map((it) => ({ configMapRef: { name: it } })),
    }],
  };
  const workload = (kind: string, own: string, owner?: [string, string]): KubeObject => ({
    apiVersion: "apps/v1",
    kind,
    metadata: {
      name: own,
      namespace,
      uid: `uid-${namespace}-${own}`,
      labels,
      ...owner && {
        ownerReferences: [
          {
            apiVersion: "apps/v1",
            kind: owner[0],
            name: owner[1],
            uid: `uid-${namespace}-${owner[1]}`,
            controller: true,
          },
        ],
      },
    },
    spec: {
      replicas: pods,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels }, spec },
    },
    status: { replicas: pods, readyReplicas: 0 },
  });
  return [
    workload("Deployment", name),
    workload("ReplicaSet", `${name}-1`, ["Deployment", name]),
    ...Array.from({ length: pods }, (_, i): KubeObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `${name}-1-${i}`,
        namespace,
        labels,
        ownerReferences: [{
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          name: `${name}-1`,
          uid: `uid-${namespace}-${name}-1`,
          controller: true,
        }],
      },
      spec,
      status: {
        phase: "Pending",
        containerStatuses: [{ name: "app", state: { waiting: { reason: "CrashLoopBackOff", message } } }],
      },
    })),
  ];
}

function configMap(name: string, app = ""): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "shop", labels: app ? LABELS(app) : {} },
  };
}

const BASE: KubeObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "shop" } },
];

/** API servers refuse such names; a broken or hostile one may send them. */
const MARKUP = `<img src=x onerror="document.title='owned'">&quot;'\`{{1}}`;
const LONG = "l".repeat(253);
const ARABIC = "\u202eخدمة-الويب";

interface Case {
  readonly name: string;
  readonly objects: readonly KubeObject[];
  readonly check: (page: Page, cluster: PageOfCluster) => Promise<void>;
  readonly prepare?: (cluster: PageOfCluster["simulator"]) => void;
}

const cases: Case[] = [
  {
    name: "names with markup, of 253 characters and from right to left are text",
    objects: [
      ...BASE,
      ...release(MARKUP, { message: MARKUP }),
      ...release(LONG),
      ...release(ARABIC),
    ],
    async check(page, { url, astrolabe }) {
      await page.shows("<img src=x");
      assertEquals(await page.evaluate("document.querySelectorAll('main img, aside img').length"), 0);
      const [{ uid }] = await astrolabe.json(
        `/api/v1/resources?kind=Deployment&name=${encodeURIComponent(MARKUP)}`,
      );
      for (
        const query of [
          `?screen=resource&uid=${encodeURIComponent(uid)}`,
          `?screen=impact&uid=${encodeURIComponent(uid)}`,
          `?screen=search&query=${encodeURIComponent(MARKUP.slice(0, 8))}`,
        ]
      ) {
        await page.tab.goto(url + query);
        await page.shows("<img src=x");
      }
      await page.tab.goto(`${url}?screen=release&release=${encodeURIComponent(`shop/${MARKUP}`)}`);
      await page.shows("helm status");
      assertEquals(
        await page.evaluate("document.title.includes('owned') && !document.title.includes('onerror')"),
        false,
      );
      await page.tab.goto(url);
      await page.shows("llll…llll");
      assertEquals(await page.tooWide(), []);
    },
  },
  {
    name: "5,000 Pods in one workload are a bar with counts",
    objects: [...BASE, ...release("huge", { pods: 5_000 })],
    async check(page) {
      await page.shows("0/5000");
      await page.shows("5,000 of 5,000 Pods".replaceAll(",", ""));
    },
  },
  {
    name: "a release with 1,000 ConfigMaps names some and counts the others",
    objects: [
      ...BASE,
      ...release("wide", { uses: Array.from({ length: 1_000 }, (_, i) => `settings-${i}`) }),
      ...Array.from({ length: 1_000 }, (_, i) => configMap(`settings-${i}`, "wide")),
    ],
    async check(page) {
      await page.shows("and 992 more");
      await page.click("a.more");
      await page.shows("More than 100 match");
    },
  },
  {
    name: "a cluster without any release has owners as bands",
    objects: [
      ...BASE,
      ...release("plain").map(({ metadata, ...rest }) => ({
        ...rest,
        metadata: { ...metadata, labels: { app: "plain" } },
      })),
    ],
    async check(page) {
      await page.shows("Deployment, no release");
      await page.shows("0 releases");
    },
  },
  {
    name: "two releases of one name are told apart",
    objects: [
      ...BASE,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } },
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "other" } },
      ...release("web"),
      ...release("web", { namespace: "other", pods: 2 }),
    ],
    async check(page, { url }) {
      await page.shows("shop/web");
      await page.shows("other/web");
      await page.tab.goto(`${url}?screen=release&release=other/web`);
      await page.shows("2 × CrashLoopBackOff");
      await page.shows("helm history -n other web");
    },
  },
  {
    name: "an empty cluster says so",
    objects: [],
    async check(page) {
      await page.shows("Nothing is wrong");
      await page.shows("No workloads here");
    },
  },
  {
    name: "forbidden kinds are named",
    objects: [...BASE, ...release("web")],
    prepare: ({ faults }) => void faults.add({ kind: "Ingress", fault: { do: "answer", code: 403 } }),
    async check(page, { url }) {
      await page.shows("Ingress forbidden");
      await page.tab.goto(`${url}?screen=kinds`);
      await page.shows("forbidden");
      assertEquals(await page.accessibilityFaults(), []);
    },
  },
  {
    name: "when the API server cannot be reached the page is behind",
    objects: [...BASE, ...release("web")],
    async check(page, { simulator }) {
      await page.shows("live");
      await simulator.down();
      await page.shows("behind");
      await page.shows("cut off");
    },
  },
];

Deno.test({
  ...needsChromium("Page, hostile and odd clusters"),
  async fn(t) {
    await makePage();
    await using chromium = await Chromium.start();
    for (const { name, objects, check, prepare } of cases) {
      await t.step(name, async () => {
        await using cluster = await PageOfCluster.start(objects, prepare);
        await cluster.astrolabe.ready();
        await using page = await chromium.open(cluster.url);
        await check(page, cluster);
        assertEquals(page.errors, []);
      });
    }
  },
});
