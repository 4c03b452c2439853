/** Custom kinds that come, change and go on a real API server. */
import { assert, assertEquals } from "@std/assert";
import { AggregatedApi } from "../support/aggregated_api.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { CustomResources, type Definition } from "../support/custom_resources.ts";
import { holds } from "../support/holds.ts";

const API_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const WIDGET: Definition = { group: "example.com", kind: "Widget", plural: "widgets" };
const OTHER_WIDGET: Definition = {
  group: "other.example.org",
  kind: "Widget",
  plural: "widgets",
  scope: "Cluster",
};
/** It has the name of a built-in kind. */
const OTHER_POD: Definition = { group: "example.com", kind: "Pod", plural: "pods" };
/** Its objects cannot be converted to the version that is preferred. */
const BROKEN: Definition = {
  group: "example.com",
  kind: "Broken",
  plural: "brokens",
  versions: ["v1", "v2"],
  webhook: "https://127.0.0.1:1/convert",
};
const ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";

interface KindAnswer {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly custom: boolean;
  readonly state: string;
  readonly count: number;
  readonly error?: string;
}

/** The kinds of one Astrolabe, as its answers show them. */
class Kinds {
  readonly #astrolabe: Astrolabe;

  constructor(astrolabe: Astrolabe) {
    this.#astrolabe = astrolabe;
  }

  async custom(): Promise<KindAnswer[]> {
    const kinds: KindAnswer[] = await this.#astrolabe.json("/api/v1/kinds");
    return kinds.filter(({ custom }) => custom);
  }

  async find(kind: string, group: string): Promise<KindAnswer | undefined> {
    return (await this.custom()).find((it) => it.kind === kind && it.group === group);
  }

  /** Returns the apiVersions and names of the resources of a kind. */
  async resources(kind: string): Promise<string[]> {
    const resources: { apiVersion: string; name: string }[] = await this.#astrolabe.json(
      `/api/v1/resources?kind=${kind}`,
    );
    return resources.map(({ apiVersion, name }) => `${apiVersion} ${name}`);
  }
}

Deno.test(`Custom kinds on a real API server${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start();
  const custom = new CustomResources(server);
  const astrolabe = await Astrolabe.start(`--kubeconfig=${server.kubeconfig()}`, "--v=4");
  const kinds = new Kinds(astrolabe);
  try {
    await astrolabe.ready();
    assertEquals(await kinds.custom(), []);

    // An owner that does not exist, of a kind that does not exist.
    await server.request("POST", ACCOUNTS, {
      metadata: {
        name: "early",
        ownerReferences: [{ apiVersion: "example.com/v1", kind: "Widget", name: "lost", uid: "uid-of-lost" }],
      },
    });

    await test.step("A kind is answered once it is defined", async () => {
      await custom.define(WIDGET);
      await custom.create(WIDGET, { name: "first" });
      await holds(async () => assertEquals(await kinds.resources("Widget"), ["example.com/v1 first"]));
      assertEquals((await kinds.find("Widget", "example.com"))?.state, "synced");
    });

    await test.step("Resources that referred to a kind before it was served are read again", async () => {
      await holds(async () => {
        const problems: { type: string; target?: { kind: string; name: string } }[] = await astrolabe.json(
          "/api/v1/problems",
        );
        assertEquals(problems.map(({ target }) => `${target?.kind} ${target?.name}`), ["Widget lost"]);
      });
    });

    await test.step("A custom resource owns others, in a release", async () => {
      const { metadata: { uid } } = await custom.create(WIDGET, {
        name: "owner.with.dots",
        metadata: {
          annotations: {
            "meta.helm.sh/release-name": "shop",
            "meta.helm.sh/release-namespace": "default",
          },
        },
      });
      await server.request("POST", ACCOUNTS, {
        metadata: {
          name: "owned",
          ownerReferences: [
            { apiVersion: "example.com/v1", kind: "Widget", name: "owner.with.dots", uid, controller: true },
          ],
        },
      });
      await holds(async () => {
        const { nodes, edges } = await astrolabe.graph("release=shop");
        assertEquals(nodes.map(({ name }) => name).sort(), ["owned", "owner.with.dots"]);
        assertEquals(edges.map(({ type }) => type), ["owns"]);
      });
    });

    await test.step("Kinds of one name in several groups are told apart", async () => {
      await custom.define(OTHER_WIDGET);
      await custom.create(OTHER_WIDGET, { name: "other" });
      await custom.define(OTHER_POD);
      await custom.create(OTHER_POD, { name: "pea" });
      await holds(async () => {
        assertEquals(await kinds.resources("Widget.other.example.org"), ["other.example.org/v1 other"]);
        assertEquals(await kinds.resources("Pod"), ["example.com/v1 pea"]);
      });
      assertEquals(await kinds.resources("Widget.example.com"), [
        "example.com/v1 first",
        "example.com/v1 owner.with.dots",
      ]);
      assertEquals(await kinds.resources("Widget"), [
        "other.example.org/v1 other",
        "example.com/v1 first",
        "example.com/v1 owner.with.dots",
      ]);
    });

    await test.step("Objects of any shape are resources", async () => {
      await custom.create(WIDGET, { name: "strange-1", status: { conditions: "none", phase: 7 } });
      await custom.create(WIDGET, { name: "strange-2", status: ["a"], spec: 5 });
      await custom.create(WIDGET, { name: "strange-3", spec: { data: "x".repeat(1_400_000) } });
      await holds(async () => {
        const { length } = (await kinds.resources("Widget.example.com")).filter((it) =>
          it.includes("strange")
        );
        assertEquals(length, 3);
      });
    });

    await test.step("Another preferred version is listed again", async () => {
      await custom.serve({ ...WIDGET, versions: ["v1", "v2"] });
      await holds(async () => {
        const resources = await kinds.resources("Widget.example.com");
        assertEquals([resources.length, resources[0]], [5, "example.com/v2 first"]);
        assertEquals((await kinds.find("Widget", "example.com"))?.state, "synced");
      });
      await custom.create({ ...WIDGET, versions: ["v2"] }, { name: "second" });
      await holds(async () => assertEquals((await kinds.resources("Widget.example.com")).length, 6));
    });

    await test.step("A kind whose conversion fails affects nothing else", async () => {
      await custom.define({ ...BROKEN, versions: ["v1"] });
      await custom.create(BROKEN, { name: "one" });
      await holds(async () => assertEquals((await kinds.find("Broken", "example.com"))?.count, 1));
      await custom.serve(BROKEN);
      await holds(async () => {
        const broken = await kinds.find("Broken", "example.com");
        assertEquals([broken?.version, broken?.state], ["v2", "stale"]);
        assert(broken?.error?.includes("conversion webhook"), broken?.error);
      });
      assertEquals((await astrolabe.text("/readyz")).status, 200);
      assertEquals((await astrolabe.json("/health")).synced, true);
    });

    await test.step("A kind that is forbidden is reported in the list of kinds alone", async () => {
      const token = await server.serviceAccountToken("default", "limited");
      await server.request("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", {
        metadata: { name: "limited" },
        rules: [
          {
            apiGroups: ["", "apps", "batch", "apiextensions.k8s.io", "apiregistration.k8s.io"],
            resources: ["*"],
            verbs: ["list", "watch"],
          },
          { apiGroups: ["other.example.org"], resources: ["*"], verbs: ["list", "watch"] },
        ],
      });
      await server.request("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
        metadata: { name: "limited" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "limited" },
        subjects: [{ kind: "ServiceAccount", namespace: "default", name: "limited" }],
      });
      const limited = await Astrolabe.start(`--kubeconfig=${server.kubeconfig(token)}`);
      try {
        await limited.ready();
        const theirs = new Kinds(limited);
        await holds(async () => {
          const states = (await theirs.custom()).map(({ group, kind, state }) => `${kind}.${group} ${state}`);
          assertEquals(states, [
            "Broken.example.com forbidden",
            "Pod.example.com forbidden",
            "Widget.example.com forbidden",
            "Widget.other.example.org synced",
          ]);
        });
        await holds(() => assertEquals(limited.output.match(/May not list a custom kind.*/g)?.length, 1));
        assertEquals(await theirs.resources("Widget"), ["other.example.org/v1 other"]);
      } finally {
        await limited.stop();
      }
    });

    await test.step("A Role is enough for the custom resources of a namespace", async () => {
      await server.request("POST", "/api/v1/namespaces", { metadata: { name: "elsewhere" } });
      await custom.create({ ...WIDGET, versions: ["v2"] }, { name: "hidden", namespace: "elsewhere" });
      const token = await server.serviceAccountToken("default", "restricted");
      await server.request("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", {
        metadata: { name: "restricted" },
        rules: [{ apiGroups: ["", "example.com"], resources: ["pods", "widgets"], verbs: ["list", "watch"] }],
      });
      await server.request("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", {
        metadata: { name: "restricted" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "restricted" },
        subjects: [{ kind: "ServiceAccount", namespace: "default", name: "restricted" }],
      });
      const restricted = await Astrolabe.start(
        `--kubeconfig=${server.kubeconfig(token)}`,
        "--namespace=default",
      );
      try {
        await restricted.ready();
        const theirs = new Kinds(restricted);
        await holds(async () => {
          const states = (await theirs.custom()).map(({ group, kind, state }) => `${kind}.${group} ${state}`);
          assertEquals(states, [
            "Broken.example.com forbidden",
            "Pod.example.com synced",
            "Widget.example.com synced",
            "Widget.other.example.org forbidden",
          ]);
        });
        assertEquals((await theirs.resources("Widget")).length, 6);
      } finally {
        await restricted.stop();
      }
    });

    await test.step("An aggregated API adds what is not a resource already, and survives its server", async () => {
      const { metadata } = await custom.create({ ...WIDGET, versions: ["v2"] }, { name: "mirrored" });
      const { uid } = metadata;
      const aggregated = new AggregatedApi(server, [
        { metadata: { name: "mirrored", namespace: "default", uid } },
        { metadata: { name: "own", namespace: "default", uid: "uid-of-own" } },
      ]);
      await aggregated.register();
      const resources = () => kinds.resources("Mirror");
      await holds(async () => assertEquals(await resources(), ["mirror.example.com/v1 own"]));
      assertEquals((await kinds.resources("Widget")).filter((it) => it.endsWith("mirrored")), [
        "example.com/v2 mirrored",
      ]);

      const { lists } = aggregated;
      aggregated.cut();
      await holds(() => assert(aggregated.lists > lists));

      await aggregated.down();
      await holds(async () => {
        const mirror = await kinds.find("Mirror", "mirror.example.com");
        assertEquals([mirror?.state === "listing", mirror?.error === undefined], [false, false]);
      });
      assertEquals(await resources(), ["mirror.example.com/v1 own"]);
      aggregated.up();
      // The API server asks a service that was away again after a while, or at once if its APIService changes.
      await server.request("PATCH", `${API_SERVICES}/v1.mirror.example.com`, {
        metadata: { annotations: { "example.com/touched": "true" } },
      });
      await holds(async () => {
        const mirror = await kinds.find("Mirror", "mirror.example.com");
        assertEquals([mirror?.state, mirror?.error], ["synced", undefined]);
      }, 180);
      await server.request("DELETE", `${API_SERVICES}/v1.mirror.example.com`);
      await holds(async () => assertEquals(await kinds.find("Mirror", "mirror.example.com"), undefined));
      await aggregated.down();
    });

    await test.step("A kind that is no longer defined goes, and comes back", async () => {
      await custom.undefine(WIDGET);
      await holds(async () => {
        assertEquals(await kinds.find("Widget", "example.com"), undefined);
        assertEquals(await kinds.resources("Widget"), ["other.example.org/v1 other"]);
        assertEquals(await astrolabe.json("/api/v1/problems"), []);
      });
      await custom.define(WIDGET);
      await custom.create(WIDGET, { name: "again" });
      await holds(async () => {
        assertEquals(await kinds.resources("Widget.example.com"), ["example.com/v1 again"]);
        const targets: { target: { name: string } }[] = await astrolabe.json("/api/v1/problems");
        assertEquals(targets.map(({ target }) => target.name).sort(), ["lost", "owner.with.dots"]);
      });
    });
  } finally {
    await astrolabe.stop();
    await server.close();
  }
  assert(!astrolabe.output.includes("inconsistent"), astrolabe.output);
});
