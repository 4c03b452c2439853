/** The page while the cluster, the server and the network change. */
import { assertEquals } from "@std/assert";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { Chromium, makePage, needsChromium } from "../support/browser.ts";
import { holds } from "../support/holds.ts";
import { PageOfCluster } from "../support/page_of_cluster.ts";
import { PageProxy } from "../support/page_proxy.ts";

/** A Deployment with one Pod that needs a ConfigMap. */
function webShop(): KubeObject[] {
  const labels = { app: "web" };
  const spec = {
    containers: [{ name: "app", image: "web:1", envFrom: [{ configMapRef: { name: "settings" } }] }],
  };
  const owner = (kind: string, name: string) => [
    { apiVersion: "apps/v1", kind, name, uid: `uid-${name}`, controller: true },
  ];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "shop" } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "shop", uid: "uid-web", labels },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      status: { replicas: 1, readyReplicas: 0 },
    },
    {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name: "web-1",
        namespace: "shop",
        uid: "uid-web-1",
        labels,
        ownerReferences: owner("Deployment", "web"),
      },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      status: { replicas: 1, readyReplicas: 0 },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web-1-a", namespace: "shop", labels, ownerReferences: owner("ReplicaSet", "web-1") },
      spec,
      status: {
        phase: "Pending",
        containerStatuses: [{ name: "app", state: { waiting: { reason: "CreateContainerConfigError" } } }],
      },
    },
  ];
}

const settings: KubeObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "shop" },
};

Deno.test({
  ...needsChromium("Page, follows the cluster and the server"),
  async fn(t) {
    await makePage();
    await using cluster = await PageOfCluster.start(webShop());
    await using proxy = PageProxy.start(cluster.astrolabe.url);
    await using chromium = await Chromium.start();
    await cluster.astrolabe.ready();
    const { store } = cluster.simulator;

    await t.step("a missing target is shown, and disappears once it exists", async () => {
      await using page = await chromium.open(cluster.url);
      await page.shows("ConfigMap shop/settings does not exist");
      await page.shows("missing");
      store.create(settings);
      await page.hides("ConfigMap shop/settings does not exist");
      await page.hides("missing");
      assertEquals(page.errors, []);
      store.delete("ConfigMap", "shop", "settings");
    });

    await t.step("a card whose status changes is marked for a moment", async () => {
      await using page = await chromium.open(cluster.url);
      await page.shows("CreateContainerConfigError");
      const seen = page.evaluate<boolean>(`new Promise((resolve) => {
        const look = () => document.querySelector(".changed-now") ? resolve(true) : requestAnimationFrame(look);
        look();
      })`);
      const deployment = store.get("Deployment", "shop", "web")!;
      store.update(
        {
          ...deployment,
          status: { replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1 },
        } as KubeObject,
      );
      assertEquals(await seen, true);
      await holds(async () =>
        assertEquals(await page.evaluate("document.querySelectorAll('.changed-now').length"), 0)
      );
      store.update(
        {
          ...store.get("Deployment", "shop", "web")!,
          status: { replicas: 1, readyReplicas: 0 },
        } as KubeObject,
      );
    });

    await t.step("a change of the subject is an event on its screen", async () => {
      await using page = await chromium.open(`${cluster.url}?screen=owner&uid=uid-web`);
      await page.shows("Nothing has changed yet.");
      await page.shows("CreateContainerConfigError");
      store.create(
        { ...webShop()[4]!, metadata: { ...webShop()[4]!.metadata, name: "web-1-b" } } as KubeObject,
      );
      await page.shows("Pod web-1-b");
      await page.hides("Nothing has changed yet.");
      store.delete("Pod", "shop", "web-1-b");
      assertEquals(page.errors, []);
    });

    await t.step("a cause leads to its subject and back, and the address carries the selection", async () => {
      await using page = await chromium.open(cluster.url);
      await page.click(".cause a", "settings does not exist");
      await page.shows("What does not work without it?");
      await holds(async () => {
        const search = await page.evaluate<string>("location.search");
        if (!search.startsWith("?cause=")) throw new Error(search);
      });
      await holds(async () =>
        assertEquals(await page.evaluate("document.querySelectorAll('.marked').length > 0"), true)
      );
      await page.click("a", "What does not work without it?");
      await page.shows("It does not exist.");
      await page.tab.goBack();
      await page.shows("What does not work without it?");
      await page.tab.reload();
      await page.shows("What does not work without it?");
      assertEquals(page.errors, []);
    });

    await t.step("keys search, walk, open, go back and show themselves", async () => {
      await using page = await chromium.open(cluster.url);
      await page.shows("settings does not exist");
      const { keyboard } = page.tab;
      await keyboard.press("?");
      await page.shows("these keys");
      await keyboard.press("Escape");
      await page.hides("these keys");
      await keyboard.press("j");
      await keyboard.press("Enter");
      await page.shows("What does not work without it?");
      await keyboard.press("/");
      await keyboard.type("web-1-a");
      await page.shows("shop/web-1-a");
      await keyboard.press("Escape");
      await keyboard.press("Escape");
      await page.shows("settings does not exist");
      assertEquals(page.errors, []);
    });

    await t.step("below a path prefix and behind a proxy it works as well", async () => {
      await using page = await chromium.open(`${proxy.url}/tools/astrolabe/`);
      await page.shows("settings does not exist");
      await page.shows("live");
      store.create(settings);
      await page.hides("settings does not exist");
      store.delete("ConfigMap", "shop", "settings");
      assertEquals(page.errors, []);
    });

    await t.step("a stream that is refused with 503 is tried again", async () => {
      proxy.refuseStreams = true;
      await using page = await chromium.open(`${proxy.url}/tools/astrolabe/`);
      await page.shows("reconnecting");
      await page.shows("settings does not exist");
      proxy.refuseStreams = false;
      await page.hides("reconnecting");
      await page.shows("live");
    });

    await t.step("behind a proxy that buffers streams it polls, and says that it is not live", async () => {
      proxy.bufferStreams = true;
      await using page = await chromium.open(`${proxy.url}/tools/astrolabe/`);
      await page.shows("connecting");
      await page.shows("settings does not exist");
      store.create(settings);
      await page.hides("settings does not exist");
      await page.shows("connecting");
      store.delete("ConfigMap", "shop", "settings");
      proxy.bufferStreams = false;
    });

    await t.step("kinds that are stale are named, and their cards marked", async () => {
      proxy.makeStale = true;
      await using page = await chromium.open(`${proxy.url}/tools/astrolabe/`);
      await page.shows("behind");
      await page.shows("0 of 38 kinds");
      await page.shows("and 36 more");
      await holds(async () =>
        assertEquals(await page.evaluate("document.querySelectorAll('.card.stale').length > 0"), true)
      );
      proxy.makeStale = false;
      await page.shows("38 of 38 kinds");
      await holds(async () =>
        assertEquals(await page.evaluate("document.querySelectorAll('.card.stale').length"), 0)
      );
    });

    await t.step("a hidden tab holds no stream, and six tabs all show the cluster", async () => {
      const pages = await Promise.all(
        Array.from({ length: 6 }, () => chromium.open(`${proxy.url}/tools/astrolabe/`)),
      );
      for (const page of pages) await page.shows("settings does not exist");
      await holds(() => assertEquals(proxy.streams, 6));
      for (const page of pages) {
        await page.evaluate(`(() => {
          Object.defineProperty(document, "hidden", { value: true, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        })()`);
      }
      await holds(() => assertEquals(proxy.streams, 0));
      await pages[0]?.shows("paused");
      for (const page of pages) await page[Symbol.asyncDispose]();
    });

    await t.step("a server that dies says so, and another instance takes its place", async () => {
      const { url } = cluster.astrolabe;
      await using page = await chromium.open(cluster.url);
      await page.shows("settings does not exist");
      await cluster.astrolabe.stop("SIGKILL");
      await page.shows("The connection to the server is lost");
      await page.shows("settings does not exist");
      store.create(settings);
      const other = await cluster.restart(new URL(url).port);
      try {
        await page.hides("The connection to the server is lost");
        await page.hides("settings does not exist");
        await page.shows("live");
      } finally {
        await other.stop();
      }
    });
  },
});
