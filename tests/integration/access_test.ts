/** What an API server lets Astrolabe see: permissions, tokens, certificates, and what is asked for. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { clientCertificate } from "../support/client_certificate.ts";
import { holds } from "../support/holds.ts";
import {
  CLUSTER_SCOPED,
  describeAnswer,
  type KubeObject,
  LISTS,
  NaiveReading,
  readLists,
} from "../support/naive_reading.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const READ = ["get", "list", "watch"];

Deno.test(`Access to a real cluster${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start();
  try {
    await populate(server);
    for (const [behaviour, run] of Object.entries(cases)) {
      await test.step(`Astrolabe, ${behaviour}`, () => run(server));
    }
  } finally {
    await server.close();
  }
});

/** Kinds that the API server does not serve without their CustomResourceDefinitions. */
const GATEWAY_API = ["GRPCRoute", "Gateway", "GatewayClass", "HTTPRoute"];

const cases: Record<string, (server: ApiServer) => Promise<void>> = {
  "is ready without a kind that it may not read, and says so": async (server) => {
    const allowed = Object.values(LISTS).filter((path) => path !== LISTS.Secret);
    const token = await server.serviceAccountToken("default", "no-secrets");
    await bind(server, "no-secrets", { rules: rulesFor(allowed) });
    await withAstrolabe([`--kubeconfig=${server.kubeconfig(token)}`], async (astrolabe) => {
      await astrolabe.ready();
      const { forbidden, synced, absent } = await kindsByState(astrolabe);
      const count = Object.keys(LISTS).length - 1 - GATEWAY_API.length;
      assertEquals([forbidden?.map(({ kind }) => kind), synced?.length], [["Secret"], count]);
      assertEquals(absent?.map(({ kind }) => kind).sort(), GATEWAY_API);
      assertEquals((await astrolabe.json("/health")).synced, true);
      assertStringIncludes(forbidden?.[0]?.error ?? "", "forbidden");
      const { nodes } = (await readingOf(server)).graph();
      assertEquals(
        describeAnswer(await astrolabe.graph("labels=true")).nodes,
        nodes.filter((node) => !node.includes(" Secret ")),
      );
    });
  },

  "needs no more than a Role where it is limited to namespaces": async (server) => {
    const token = await server.serviceAccountToken("default", "two-namespaces");
    for (const namespace of ["alpha", "beta"]) {
      await bind(server, "two-namespaces", { rules: rulesFor(Object.values(LISTS)), namespace });
    }
    const args = [`--kubeconfig=${server.kubeconfig(token)}`, "--namespace=alpha", "--namespace=beta"];
    await withAstrolabe(args, async (astrolabe) => {
      await astrolabe.ready();
      const { forbidden } = await kindsByState(astrolabe);
      assertEquals(forbidden?.map(({ kind }) => kind).sort(), CLUSTER_SCOPED.toSorted());
      const naive = await readingOf(
        server,
        ({ metadata }) => /^(alpha|beta)$/.test(metadata.namespace ?? ""),
      );
      await holds(async () =>
        assertEquals(describeAnswer(await astrolabe.graph("labels=true")), naive.graph())
      );
    });
  },

  "leaves out namespaced resources that the label selector does not select": async (server) => {
    const args = [`--kubeconfig=${server.kubeconfig()}`, "--label-selector=app in (web), tier!=back"];
    await withAstrolabe(args, async (astrolabe) => {
      await astrolabe.ready();
      const naive = await readingOf(
        server,
        ({ kind, metadata: { labels = {} } }) =>
          CLUSTER_SCOPED.includes(kind) ||
          labels.app === "web" && labels.tier !== "back",
      );
      assertEquals(describeAnswer(await astrolabe.graph("labels=true")), naive.graph());
    });
  },

  "reports a bad token, and continues once it is good": async (server) => {
    const tokenFile = `${server.folder}/token`;
    await Deno.writeTextFile(tokenFile, "stale\n");
    const kubeconfig = await altered(server, ({ users }) => users[0].user = { tokenFile });
    await withAstrolabe([`--kubeconfig=${kubeconfig}`], async (astrolabe) => {
      await unready(astrolabe, "does not accept the credentials (401)");
      await Deno.writeTextFile(tokenFile, `${server.token}\n`);
      await astrolabe.ready();
    });
  },

  "says that another authority has signed the API server's certificate": async (server) => {
    const { authority } = clientCertificate({ name: "nobody", group: "nobody" });
    const kubeconfig = await altered(server, ({ clusters }) => {
      clusters[0].cluster["certificate-authority-data"] = btoa(authority);
    });
    await withAstrolabe([`--kubeconfig=${kubeconfig}`], async (astrolabe) => {
      await unready(astrolabe, "signed by an authority that is not in certificate-authority");
    });
  },

  "syncs every kind while an aggregated API is down": async (server) => {
    await server.request("POST", "/apis/apiregistration.k8s.io/v1/apiservices", {
      metadata: { name: "v1beta1.down.example.com" },
      spec: {
        group: "down.example.com",
        version: "v1beta1",
        service: { namespace: "default", name: "nobody" },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    });
    await withAstrolabe([`--kubeconfig=${server.kubeconfig()}`], async (astrolabe) => {
      await astrolabe.ready();
      assertEquals(Object.keys(await kindsByState(astrolabe)).sort(), ["absent", "synced"]);
    });
  },
};

/** Creates a Pod with a Service in each namespace, and some of the targets of their references. */
async function populate(server: ApiServer): Promise<void> {
  for (const namespace of ["alpha", "beta", "gamma"]) {
    await server.request("POST", LISTS.Namespace!, { metadata: { name: namespace } });
    const create = (path: string, object: object) =>
      server.request("POST", path.replace(/\/([^/]+)$/, `/namespaces/${namespace}/$1`), object);
    await create(LISTS.ConfigMap!, { metadata: { name: "settings", labels: { app: "web" } } });
    await create(LISTS.Secret!, { metadata: { name: "password" } });
    for (const tier of ["front", "back"]) {
      const labels = { app: "web", tier };
      await create(LISTS.Pod!, {
        metadata: { name: tier, labels },
        spec: {
          containers: [{ name: "main", image: "example.com/image" }],
          volumes: [{ name: "a", configMap: { name: "settings" } }, {
            name: "b",
            secret: { secretName: "password" },
          }],
        },
      });
      await create(LISTS.Service!, {
        metadata: { name: tier, labels },
        spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
      });
    }
  }
  await server.request("POST", LISTS.StorageClass!, {
    metadata: { name: "fast" },
    provisioner: "example.com/disks",
  });
}

function rulesFor(paths: readonly string[]): object[] {
  return paths.map((path) => {
    const [, , group = "", resource] = /^\/(apis\/([^/]+)|api)\/[^/]+\/(.+)$/.exec(path) ?? [];
    return { apiGroups: [group], resources: [resource], verbs: READ };
  });
}

/** Grants the rules to the service account of that name, in the cluster or in one namespace. */
async function bind(
  server: ApiServer,
  name: string,
  { rules, namespace }: { rules: readonly object[]; namespace?: string },
): Promise<void> {
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const [base, kind, plural] = namespace === undefined
    ? [rbac, "ClusterRole", "clusterrole"]
    : [`${rbac}/namespaces/${namespace}`, "Role", "role"];
  await server.request("POST", `${base}/${plural}s`, { metadata: { name }, rules });
  await server.request("POST", `${base}/${plural}bindings`, {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
    subjects: [{ kind: "ServiceAccount", namespace: "default", name }],
  });
}

/** Returns a working kubeconfig with the given changes. */
async function altered(server: ApiServer, alter: (config: KubeObject) => void): Promise<string> {
  const path = server.kubeconfig();
  const config = JSON.parse(await Deno.readTextFile(path));
  alter(config);
  await Deno.writeTextFile(path, JSON.stringify(config));
  return path;
}

async function withAstrolabe(
  args: readonly string[],
  use: (astrolabe: Astrolabe) => Promise<void>,
): Promise<void> {
  const astrolabe = await Astrolabe.start(...args);
  try {
    await use(astrolabe);
  } finally {
    await astrolabe.stop();
  }
}

/** Waits until it is alive, not ready, and reports the reason. */
async function unready(astrolabe: Astrolabe, why: string): Promise<void> {
  await holds(async () => {
    const { status, text } = await astrolabe.text("/readyz");
    assertEquals(status, 503);
    assertStringIncludes(text, why);
  });
  assert((await astrolabe.text("/livez")).status === 200);
}

interface KindAnswer {
  readonly kind: string;
  readonly state: string;
  readonly error?: string;
}

async function kindsByState(astrolabe: Astrolabe): Promise<Partial<Record<string, KindAnswer[]>>> {
  return Object.groupBy(await astrolabe.json("/api/v1/kinds") as KindAnswer[], ({ state }) => state);
}

/** Returns the expected graph of the visible objects. */
async function readingOf(server: ApiServer, isSeen: (object: KubeObject) => boolean = () => true) {
  const objects = await readLists((path) => server.request("GET", path));
  return new NaiveReading(objects.filter(isSeen));
}
