/**
 * Astrolabe on a real API server without controllers. After random changes to objects of every kind, the
 * graph from the API must equal a naive reading of the API server's lists.
 */
import { assertEquals, assertRejects } from "@std/assert";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { installGatewayApi } from "../support/gateway_api.ts";
import { holds } from "../support/holds.ts";
import {
  describeAnswer,
  type Description,
  type KubeObject,
  LISTS,
  NaiveReading,
  readLists,
} from "../support/naive_reading.ts";
import { RELATION_TYPES } from "../../src/model/relation.ts";
import { random } from "../support/random.ts";
import { NAMESPACES, RandomObjects, RELEASES } from "../support/random_objects.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const PARTS = 9;
const OPERATIONS_A_PART = 400;

Deno.test(`Graph of a real cluster${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start();
  await installGatewayApi(server);
  const watching = await Astrolabe.start(`--kubeconfig=${server.kubeconfig()}`);
  try {
    for (const name of NAMESPACES) {
      await server.request("POST", LISTS.Namespace!, { metadata: { name } });
      const accounts = `/api/v1/namespaces/${name}/serviceaccounts`;
      await server.request("POST", accounts, { metadata: { name: "default" } });
    }
    await watching.ready();

    const changes = new RandomChanges(server, 1);
    const compared = new Set<string>();
    for (let part = 1; part <= PARTS; part++) {
      await test.step(`Graph, follows random changes (part ${part})`, async () => {
        await changes.run(OPERATIONS_A_PART);
        const { edges } = await holdsAgainst(server, watching);
        for (const edge of edges) compared.add(edge.split(" ")[2]!);
      });
    }
    await test.step("Graph, every kind of change has happened to each kind", () => {
      assertEquals(changes.missing(), []);
    });
    await test.step("Graph, relations of every type have been compared", () => {
      assertEquals([...compared].sort(), [...RELATION_TYPES].sort());
    });

    await test.step("Graph, a new process has the same graph as one that saw all changes", async () => {
      const listing = await Astrolabe.start(`--kubeconfig=${server.kubeconfig()}`);
      try {
        await listing.ready();
        await holdsAgainst(server, listing);
      } finally {
        await listing.stop();
      }
    });
  } finally {
    await watching.stop();
    await server.close();
  }
});

/** Compares the answers about the whole graph and about parts with the lists. Returns the whole graph. */
async function holdsAgainst(server: ApiServer, astrolabe: Astrolabe): Promise<Description> {
  const naive = new NaiveReading(await readLists((path) => server.request("GET", path)));
  const questions = [
    {},
    { inactive: true },
    ...NAMESPACES.map((namespace) => ({ namespace })),
    ...RELEASES.map((release) => ({ release })),
    ...NAMESPACES.flatMap((namespace) =>
      RELEASES.map((release) => ({ release: `${namespace}/${release}`, inactive: true }))
    ),
    { namespace: NAMESPACES[0]!, release: RELEASES[0]! },
  ];
  for (const question of questions) {
    const query = new URLSearchParams({ labels: "true" });
    for (const [name, value] of Object.entries(question)) query.set(name, String(value));
    await holds(async () => {
      const answer = await astrolabe.graph(String(query));
      assertEquals(describeAnswer(answer), naive.graph(question), `asked for ${query}`);
    });
  }
  return naive.graph();
}

const OPERATION_NAMES = ["create", "change", "delete", "recreate"] as const;

/** Changes objects of random kinds and names, one after the other. A seed always gives the same changes. */
class RandomChanges {
  readonly #server: ApiServer;
  readonly #random: RandomObjects;
  readonly #objects = new Map<string, KubeObject>();
  readonly #done = new Set<string>();

  constructor(server: ApiServer, seed: number) {
    this.#server = server;
    this.#random = new RandomObjects(random(seed), this.#objects);
  }

  async run(operations: number): Promise<void> {
    for (let left = operations; left > 0; left--) {
      const kind = this.#random.pick(Object.keys(LISTS));
      const key = this.#random.key(kind);
      const { namespace, name } = key;
      const path = `${LISTS[kind]!}`.replace(
        /\/[^/]+$/,
        (plural) => namespace === undefined ? plural : `/namespaces/${namespace}${plural}`,
      );
      const present = this.#objects.get(`${path}/${name}`);
      const operation = present ? this.#random.pick(["change", "change", "delete", "recreate"]) : "create";
      if (operation === "change") await this.#change(path, present!);
      if (operation === "delete" || operation === "recreate") await this.#delete(path, present!);
      if (operation === "create" || operation === "recreate") await this.#create(path, { kind, ...key });
      this.#done.add(`${operation} ${kind}`);
    }
  }

  /** Returns the changes that have not happened to a kind yet. */
  missing(): string[] {
    const all = OPERATION_NAMES.flatMap((operation) =>
      Object.keys(LISTS).map((kind) => `${operation} ${kind}`)
    );
    return all.filter((one) => !this.#done.has(one));
  }

  async #create(path: string, { kind, ...key }: { kind: string; name: string; namespace?: string }) {
    const metadata = { ...this.#random.metadata(key.namespace), name: key.name };
    // Kinds of a CustomResourceDefinition must be named.
    const [, apiVersion] = /^\/apis?\/((?:[^/]+\.[^/]+\/)?v[^/]+|[a-z]+\/v[^/]+)\//.exec(path) ?? [];
    const object = { apiVersion, kind, metadata, ...this.#random.body(kind, key) };
    this.#objects.set(`${path}/${key.name}`, await this.#server.request("POST", path, object));
  }

  async #change(path: string, object: KubeObject): Promise<void> {
    for (;;) {
      try {
        return await this.#changeOnce(path, object);
      } catch (error) {
        // The API server itself writes the status of an APIService between our two requests.
        if (!(error instanceof Error && error.message.includes(": 409 "))) throw error;
      }
    }
  }

  async #changeOnce(path: string, { kind, metadata: { name, namespace } }: KubeObject): Promise<void> {
    const present = await this.#server.request("GET", `${path}/${name}`) as KubeObject;
    const body = MOSTLY_FIXED.includes(kind) ? {} : this.#random.body(kind, { name, namespace });
    const metadata = { ...present.metadata, ...this.#random.metadata(namespace) };
    const spec = { ...present.spec, ...body.spec };
    for (const field of FIXED_FIELDS[kind] ?? []) spec[field] = present.spec[field];
    if (kind === "PersistentVolumeClaim") {
      const { annotations = {} } = present.metadata;
      metadata.annotations = { ...metadata.annotations, [FIXED_ANNOTATION]: annotations[FIXED_ANNOTATION] };
    }
    const changed = { ...present, ...body, metadata, ...present.spec && { spec } };
    this.#objects.set(`${path}/${name}`, await this.#server.request("PUT", `${path}/${name}`, changed));
  }

  async #delete(path: string, { kind, metadata: { name } }: KubeObject): Promise<void> {
    this.#objects.delete(`${path}/${name}`);
    await this.#server.request("DELETE", `${path}/${name}?propagationPolicy=Background`);
    // Remove the finalizers, as a controller does. Otherwise these objects are never deleted.
    if (kind === "Namespace") {
      const terminating = await this.#server.request("GET", `${path}/${name}`) as KubeObject;
      await this.#server.request("PUT", `${path}/${name}/finalize`, { ...terminating, spec: {} });
    } else if (kind.startsWith("PersistentVolume")) {
      await this.#server.request("PATCH", `${path}/${name}`, { metadata: { finalizers: null } });
    } else if (kind === "CustomResourceDefinition") {
      // The API server removes the resources of the kind first.
      await holds(() => assertRejects(() => this.#server.request("GET", `${path}/${name}`), Error, "404"));
    }
  }
}

/** Kinds with an immutable spec. */
const MOSTLY_FIXED = ["Pod", "Job", "PersistentVolumeClaim", "RoleBinding", "ClusterRoleBinding"];
/** Fields of the spec that cannot be changed. */
const FIXED_FIELDS: Record<string, readonly string[]> = {
  StatefulSet: ["serviceName", "volumeClaimTemplates"],
};
/** The annotation of a claim that cannot be changed. */
const FIXED_ANNOTATION = "volume.beta.kubernetes.io/storage-class";
