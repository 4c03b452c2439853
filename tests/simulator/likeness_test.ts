/**
 * Holds the simulator against a real API server: the same objects in both, the same requests to both,
 * the same answers but for what each assigns itself.
 */
import { assertEquals } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import { apiVersionOf } from "../../src/model/resource_kind.ts";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { type Answer, STREAMED_LIST } from "./client.ts";

const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/** What is asked, and for what representation; the answers must be the same. */
const answered: [path: string, accept?: string][] = [
  ["/api/v1/pods"],
  ["/api/v1/pods?limit=7"],
  ["/api/v1/pods?limit=7&resourceVersion=0"],
  ["/api/v1/namespaces/kube-system/pods"],
  ["/api/v1/namespaces/nowhere/pods"],
  ["/api/v1/pods?labelSelector=app.kubernetes.io/name%20in%20(api,node-proxy)"],
  ["/api/v1/pods?limit=2&labelSelector=app.kubernetes.io/name"],
  ["/api/v1/pods?limit=-1"],
  ["/api/v1/pods?timeoutSeconds=-1"],
  ["/api/v1/configmaps?fieldSelector=metadata.name%3Dcommon-settings"],
  ["/api/v1/pods?fieldSelector=metadata.namespace!%3Dkube-system"],
  ["/api/v1/configmaps?fieldSelector=metadata.name%3D%3Dcommon-settings,metadata.namespace%3Dkube-system"],
  ["/api/v1/pods?fieldSelector=metadata.namespace%3Dkube-system"],
  ["/api/v1/namespaces/default/configmaps?fieldSelector=metadata.namespace%3Dkube-system"],
  ["/api/v1/configmaps?fieldSelector=metadata.name%3D"],
  ["/api/v1/configmaps?fieldSelector=metadata.name%3Dcommon-settings&limit=1"],
  ["/api/v1/configmaps?watch=1&fieldSelector=metadata.name%3Dcommon-settings&timeoutSeconds=1"],
  ["/apis/apps/v1/deployments"],
  ["/api/v1/secrets", METADATA_LIST],
  ["/api/v1/namespaces/kube-system", METADATA],
  ["/apis/storage.k8s.io/v1/storageclasses/fast"],
  [`/api/v1/pods?${STREAMED_LIST}&timeoutSeconds=1`],
  [`/api/v1/secrets?${STREAMED_LIST}&timeoutSeconds=1`, METADATA],
  ["/api/v1/pods?watch=False"],
  ["/api/v1/pods?watch=&timeoutSeconds=1"],
  ["/api/v1/pods?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&timeoutSeconds=1"],
];

/** What is asked; the answers must be failures of the same code, reason and details. */
const refused: [path: string, accept?: string][] = [
  ["/api/v1/unheardof"],
  ["/apis/unheard.of/v1/things"],
  ["/api/v1/namespaces/default/pods/none"],
  ["/apis/apps/v1/namespaces/default/deployments/none"],
  ["/api/v1/pods", METADATA],
  ["/api/v1/namespaces/kube-system", METADATA_LIST],
  ["/api/v1/pods?limit=x"],
  ["/api/v1/pods?continue=abc"],
  ["/api/v1/pods?labelSelector=a%3D%3D%3Db"],
  ["/api/v1/pods?limit=1.5"],
  ["/api/v1/pods?timeoutSeconds=x"],
  ["/api/v1/configmaps?fieldSelector=metadata.uid%3Dx"],
  ["/api/v1/configmaps?fieldSelector=metadata.name"],
  ["/api/v1/configmaps?fieldSelector=metadata.name%3Dx%3Dy"],
  ["/api/v1/configmaps?fieldSelector=metadata.name%3Ex"],
  ["/api/v1/pods?resourceVersionMatch=Exact"],
  ["/api/v1/pods?resourceVersionMatch=Exact&resourceVersion=0"],
  ["/api/v1/pods?resourceVersionMatch=Exact&resourceVersion=99999999"],
  ["/api/v1/pods?resourceVersionMatch=Exact&continue=abc"],
  ["/api/v1/pods?resourceVersionMatch=Exact&resourceVersion=1&continue=abc"],
  ["/api/v1/pods?watch=1&continue=abc&timeoutSeconds=1"],
  ["/api/v1/pods?watch=1&resourceVersionMatch=Exact&resourceVersion=1"],
  ["/api/v1/pods?watch=1&sendInitialEvents=true&resourceVersionMatch=Exact"],
  ["/api/v1/pods?resourceVersion=1&resourceVersionMatch=Newest"],
  ["/api/v1/pods?resourceVersion=x"],
  ["/api/v1/pods?sendInitialEvents=true"],
  ["/api/v1/pods?watch=1&sendInitialEvents=true"],
  ["/api/v1/pods?watch=1&resourceVersionMatch=NotOlderThan"],
];

/**
 * The kinds whose samples a real API server does not hold: it has no Gateway API, and it would serve the
 * resources of definitions and aggregated APIs, whose samples are stubs.
 */
const NOT_COMPARED = [
  "CustomResourceDefinition",
  "APIService",
  "GatewayClass",
  "Gateway",
  "HTTPRoute",
  "GRPCRoute",
];

Deno.test({
  name: "Simulator, answers as a real API server does",
  ignore: !apiServerAvailable,
  async fn(t) {
    const objects = Array.from(sampleCluster({ objects: 400 }));
    const server = await ApiServer.start({
      objects: objects.filter(({ kind }) => !NOT_COMPARED.includes(kind)),
    });
    const simulator = Simulator.start({ kinds });
    const http = Deno.createHttpClient({ caCerts: [server.ca], http2: false });
    try {
      for (const object of objects) simulator.store.create(object);
      const ask = async (path: string, accept = "application/json") => {
        const headers = { accept, authorization: `Bearer ${server.token}` };
        const answers = [
          await fetch(simulator.url + path, { headers }),
          await fetch(server.url + path, { headers, client: http }),
        ];
        return await Promise.all(answers.map(async (answer) => ({
          status: answer.status,
          type: answer.headers.get("content-type"),
          text: await answer.text(),
        }))) as [Raw, Raw];
      };

      for (const [path, accept] of answered) {
        await t.step(`to ${path} ${accept ?? ""}`, async () => {
          const [simulated, real] = await ask(path, accept);
          assertEquals([simulated.status, simulated.type], [real.status, real.type]);
          assertEquals(normal(simulated.text), normal(real.text));
        });
      }
      for (const [path, accept] of refused) {
        await t.step(`refusing ${path} ${accept ?? ""}`, async () => {
          const [simulated, real] = await ask(path, accept);
          assertEquals(failure(simulated), failure(real));
        });
      }
      for (const kind of kinds.filter(({ kind }) => !NOT_COMPARED.includes(kind))) {
        await t.step(`and keeps every field of a sample ${kind.kind}`, async () => {
          const base = kind.group === "" ? "/api/v1" : `/apis/${apiVersionOf(kind)}`;
          const [simulated, real] = await ask(`${base}/${kind.plural}`);
          const stored = new Map(
            JSON.parse(real.text).items.map((item: KubeObject) => [item.metadata.uid, item]),
          );
          const { items }: { items: KubeObject[] } = JSON.parse(simulated.text);
          assertEquals(
            items.map(withoutVersion),
            items.map(({ metadata }) => withoutVersion(stored.get(metadata.uid) as KubeObject)),
          );
        });
      }
    } finally {
      http.close();
      await simulator.close();
      await server.close();
    }
  },
});

interface Raw {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

/** Answers, one a line or one in all, without what depends on the server's own counting. */
function normal(text: string): Answer[] {
  const lines = text.startsWith("{\n") ? [text] : text.split("\n").filter(Boolean);
  return lines.map((line) => {
    const answer = JSON.parse(line, (key, value) => {
      if (key === "resourceVersion") return "a version";
      if (key === "continue") return "a token";
      return value;
    });
    if (answer.type !== "BOOKMARK") return answer;
    // A typed bookmark has its Go type's empty fields besides.
    const { apiVersion, kind, metadata } = answer.object;
    return { ...answer, object: { apiVersion, kind, metadata } };
  });
}

function failure({ status, text }: Raw): unknown {
  if (!text.startsWith("{")) return [status, text.trim()];
  const { kind, reason, code, details } = JSON.parse(text);
  const { group: _group, causes = [], ...rest } = details ?? {};
  return [status, kind, reason, code, rest, causes.map(({ reason, field }: Answer) => [reason, field])];
}

function withoutVersion({ metadata, ...rest }: KubeObject): unknown {
  const { resourceVersion: _version, ...meta } = metadata;
  return { ...rest, metadata: meta };
}
