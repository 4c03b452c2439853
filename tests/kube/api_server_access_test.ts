/** Credentials, certificates and RBAC against a real kube-apiserver, which starts once for all steps. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KubeClient } from "../../src/kube/client.ts";
import { ConnectionError } from "../../src/kube/errors.ts";
import { Informers } from "../../src/kube/informers.ts";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { clientCertificate } from "../support/client_certificate.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingLog } from "../support/recording_log.ts";
import { RecordingSink } from "../support/recording_sink.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";

const limits = { namespaced: true, metadataOnly: false, labelLimited: true };
const configMap: ResourceKind = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  ...limits,
};
const secret: ResourceKind = { group: "", version: "v1", kind: "Secret", plural: "secrets", ...limits };
const widget: ResourceKind = {
  group: "example.test",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  ...limits,
};

interface Parts {
  readonly informers: Informers;
  readonly clock: FakeClock;
}

interface Access {
  readonly kubeconfig: string;
  readonly kinds: readonly ResourceKind[];
  readonly namespaces?: readonly string[];
}

async function informing(
  { kubeconfig, kinds, namespaces = [] }: Access,
  test: (parts: Parts) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock();
  const log = new RecordingLog();
  const client = KubeClient.load({ kubeconfig, clock }, log);
  const informers = new Informers(client, new RecordingSink(), { kinds, namespaces, log, clock });
  const stop = new AbortController();
  const running = informers.run(stop.signal);
  try {
    await test({ informers, clock });
  } finally {
    stop.abort();
    await running;
    client.close();
  }
}

/** Waits for these states, while the clock runs on: the first refusals are retried. */
async function reach({ informers, clock }: Parts, wanted: string): Promise<void> {
  const states = () => informers.statuses().map(({ state }) => state).join();
  await eventually(() => {
    clock.advance(1_000);
    return states() === wanted;
  }, () => informers.statuses());
}

async function allow(server: ApiServer, { role, account, namespace }: Record<string, string>): Promise<void> {
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list", "watch"] }];
  const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  await server.request("POST", `${path}/roles`, { metadata: { name: role }, rules });
  await server.request("POST", `${path}/rolebindings`, {
    metadata: { name: role },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role },
    subjects: [{ kind: "ServiceAccount", namespace: "default", name: account }],
  });
}

type Step = (server: ApiServer) => Promise<void>;

const steps: Record<string, Step> = {
  "says forbidden for what RBAC does not allow, and syncs it when it does": async (server) => {
    const kubeconfig = server.kubeconfig(await server.serviceAccountToken("default", "reader"));
    await informing({ kubeconfig, kinds: [configMap, secret], namespaces: ["default"] }, async (parts) => {
      await reach(parts, "forbidden,forbidden");
      await allow(server, { role: "reader", account: "reader", namespace: "default" });
      await reach(parts, "synced,forbidden");
      const error = parts.informers.statuses()[1]?.error ?? "";
      assertStringIncludes(error, 'cannot watch resource "secrets"');
    });
  },

  "needs no more than a Role where namespaces are given": async (server) => {
    const kubeconfig = server.kubeconfig(await server.serviceAccountToken("default", "limited"));
    await allow(server, { role: "limited", account: "limited", namespace: "kube-public" });
    await informing({ kubeconfig, kinds: [configMap], namespaces: ["kube-public"] }, async (parts) => {
      await reach(parts, "synced");
    });
  },

  "says absent for a kind that is not served": async (server) => {
    await informing({ kubeconfig: server.kubeconfig(), kinds: [configMap, widget] }, async (parts) => {
      await reach(parts, "synced,absent");
    });
  },

  "goes on when a bad token becomes good": async (server) => {
    const kubeconfig = server.kubeconfig("bad");
    await informing({ kubeconfig, kinds: [configMap] }, async (parts) => {
      await eventually(() => parts.informers.statuses()[0]?.error !== undefined);
      assertStringIncludes(
        parts.informers.statuses()[0]?.error ?? "",
        "does not accept the credentials (401)",
      );
      Deno.copyFileSync(server.kubeconfig(), kubeconfig);
      await reach(parts, "synced");
    });
  },

  "goes on with a new token when the old one is not valid any more": async (server) => {
    const kubeconfig = server.kubeconfig(await server.serviceAccountToken("default", "expiring"));
    await server.request("DELETE", "/api/v1/namespaces/default/serviceaccounts/expiring");
    await informing({ kubeconfig, kinds: [configMap] }, async (parts) => {
      await eventually(() => parts.informers.statuses()[0]?.error !== undefined);
      Deno.copyFileSync(server.kubeconfig(), kubeconfig);
      await reach(parts, "synced");
    });
  },

  "authenticates with a client certificate": async (server) => {
    const { certificate, key } = identity;
    const config = JSON.parse(Deno.readTextFileSync(server.kubeconfig()));
    config.users[0].user = { "client-certificate-data": btoa(certificate), "client-key-data": btoa(key) };
    const kubeconfig = `${server.folder}/certificate.kubeconfig`;
    Deno.writeTextFileSync(kubeconfig, JSON.stringify(config));
    await informing({ kubeconfig, kinds: [secret] }, (parts) => reach(parts, "synced"));
  },

  "refuses an API server whose certificate another authority signed": async (server) => {
    const config = JSON.parse(Deno.readTextFileSync(server.kubeconfig()));
    config.clusters[0].cluster["certificate-authority-data"] = btoa(identity.authority);
    const kubeconfig = `${server.folder}/wrong-ca.kubeconfig`;
    Deno.writeTextFileSync(kubeconfig, JSON.stringify(config));
    const client = KubeClient.load({ kubeconfig }, new RecordingLog());
    const request = { accept: "application/json", signal: AbortSignal.timeout(10_000) };
    const error = await assertRejects(() => client.fetch("/version", request), ConnectionError);
    client.close();
    assertStringIncludes(error.message, "signed by an authority that is not in certificate-authority");
  },

  "goes on when the API server has restarted": async (server) => {
    await informing({ kubeconfig: server.kubeconfig(), kinds: [configMap, secret] }, async (parts) => {
      await reach(parts, "synced,synced");
      await server.stopServer();
      await eventually(() => parts.informers.statuses().every(({ error }) => error !== undefined));
      await server.startServer();
      await eventually(() => {
        parts.clock.advance(1_000);
        return parts.informers.statuses().every(({ error }) => error === undefined);
      });
      assertEquals(parts.informers.statuses().map(({ state }) => state), ["synced", "synced"]);
    });
  },
};

const identity = clientCertificate({ name: "certified", group: "system:masters" });

Deno.test(`Access to a real API server${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start({ clientAuthority: identity.authority });
  try {
    for (const [behaviour, run] of Object.entries(steps)) {
      await test.step(`Informers, ${behaviour}`, () => run(server));
    }
  } finally {
    await server.close();
  }
});
