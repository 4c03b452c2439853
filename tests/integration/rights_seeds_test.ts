/**
 * Random roles, bindings and users on a real API server. For each user, every answer must equal that of a
 * server whose graph has just the objects that the API server lets the user list, request by request, and no
 * answer may have the canary of another object. `RIGHTS_RUNS` is the number of sets of roles, `RIGHTS_SEED`
 * the first seed.
 *
 * In every second run the rules reviews count as incomplete and lie, as with a webhook authorizer, so that
 * access reviews must decide.
 */
import { assertEquals } from "@std/assert";
import { KubernetesAccess } from "../../src/access/kubernetes_access.ts";
import { GrantedNamespaces } from "../../src/access/granted_namespaces.ts";
import type { Reviews as Port } from "../../src/access/reviews.ts";
import { kinds } from "../../src/kinds/registry.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { Reviews } from "../../src/kube/reviews.ts";
import { systemClock } from "../../src/model/clock.ts";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import { Api } from "../http/api.ts";
import { ApiServer, apiServerAvailable } from "../support/api_server.ts";
import { differences, everyAnswer, everyPath } from "../support/every_answer.ts";
import { installGatewayApi } from "../support/gateway_api.ts";
import { CLUSTER_SCOPED, type KubeObject, LISTS, readLists } from "../support/naive_reading.ts";
import { random } from "../support/random.ts";
import { NAMESPACES, RandomObjects, RELEASES } from "../support/random_objects.ts";
import { RecordingLog } from "../support/recording_log.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const RUNS = Number(Deno.env.get("RIGHTS_RUNS") ?? 2);
const FIRST_SEED = Number(Deno.env.get("RIGHTS_SEED") ?? 1);
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const GROUP = "rbac.authorization.k8s.io";
/** Namespaces of roles and bindings. The last one has no other objects. */
const HOMES = [...NAMESPACES, "empty"];
const USERS = [
  { name: "ann", token: "token-of-ann", groups: ["teams"] },
  { name: "bob", token: "token-of-bob", groups: ["teams", "ops"] },
  { name: "eve", token: "token-of-eve", groups: [] },
];

Deno.test(`Rights of random users${skipped}`, { ignore: !apiServerAvailable }, async (test) => {
  const server = await ApiServer.start({ users: USERS, controllers: ["clusterrole-aggregation-controller"] });
  try {
    await installGatewayApi(server);
    for (const name of HOMES) await server.request("POST", LISTS.Namespace!, { metadata: { name } });
    await populate(server);
    const robot = await server.serviceAccountToken("alpha", "robot");
    const tokens = [...USERS.map(({ token }) => token), robot];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      await test.step(`Every answer, shows a user what they may list, seed ${seed}`, async () => {
        await run(server, { seed, tokens });
      });
    }
  } finally {
    await server.close();
  }
});

async function run(
  server: ApiServer,
  { seed, tokens }: { seed: number; tokens: readonly string[] },
): Promise<void> {
  const roles = new RandomRoles(server, random(seed));
  try {
    await roles.create();
    // The API server learns of roles and bindings by four watches.
    for (let attempt = 1;; attempt++) {
      try {
        for (const token of tokens) await compare(server, { token, lies: seed % 2 === 0, seed });
        return;
      } catch (error) {
        if (attempt === 5) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, attempt * 200));
    }
  } finally {
    await roles.remove();
  }
}

async function compare(
  server: ApiServer,
  { token, lies, seed }: { token: string; lies: boolean; seed: number },
): Promise<void> {
  const all = await readLists((path) => server.request("GET", path));
  const { objects, forbidden } = await listAs(server, token);
  const visible = new Set(objects.map(({ metadata }) => metadata.uid));
  const client = KubeClient.load({ kubeconfig: server.kubeconfig() }, new RecordingLog());
  try {
    const reviews = new Reviews({ client, clock: systemClock });
    const api: Api = new Api(all, {
      access: {
        mode: "kubernetes",
        ask: (...asked) => access.ask(...asked),
        mayReadMetrics: (...asked) => access.mayReadMetrics(...asked),
      },
    });
    const granted = grantedBy(all, api);
    const access = new KubernetesAccess({
      graph: api.graph.read,
      reviews: lies ? lying(reviews) : reviews,
      namespaces: (identity) => granted.of(identity),
      clock: api.clock,
      log: api.log,
    });
    const isForbidden = ({ kind }: ResourceKind, namespace: string) => forbidden.has(`${kind} ${namespace}`);
    const oracle = new Api(objects, { isLimited: isForbidden });
    const next = random(seed);
    const hidden = all.filter(({ metadata }) => !visible.has(metadata.uid));
    const few = (list: readonly KubeObject[], share: number) =>
      list.filter(() => next() < share / list.length);
    const subjects = [...few(hidden, 8), ...few(objects, 8)];
    const paths = everyPath({
      uids: subjects.map(({ metadata }) => metadata.uid),
      namespaces: HOMES,
      releases: NAMESPACES.flatMap((namespace) => RELEASES.map((name) => `${namespace}/${name}`)),
      targets: subjects.map(({ kind, metadata: { name, namespace = "" } }) => ({ kind, namespace, name })),
    });
    const headers = { authorization: `Bearer ${token}` };
    const answers = await everyAnswer((path) => api.request(path, { headers }), paths);
    assertEquals(differences(answers, await everyAnswer((path) => oracle.request(path), paths)), []);
    const canaries = hidden.flatMap(({ metadata }) => metadata.labels?.canary ?? []);
    const text = [...answers.values()].join("\n");
    assertEquals(canaries.filter((canary) => text.includes(canary)), []);
  } finally {
    client.close();
  }
}

/** Shows the bindings to what finds the namespaces of a user, as a reflector does. */
function grantedBy(all: readonly KubeObject[], api: Api): GrantedNamespaces {
  const granted = new GrantedNamespaces({ graph: api.graph.read, isLimited: () => false });
  const nothing = () => {};
  const sink = granted.tap({
    begin: nothing,
    upsert: nothing,
    remove: nothing,
    end: nothing,
    abandon: nothing,
    size: () => 0,
    stock: () => ({ tick: () => undefined, rest: () => [] }),
  });
  const scope = { kind: kinds.find(({ kind }) => kind === "RoleBinding")! };
  sink.begin(scope);
  for (const object of all) if (object.kind === "RoleBinding") sink.upsert(scope, object);
  sink.end(scope);
  return granted;
}

/** Lists what the bearer may list, and names the scopes that they may not. */
async function listAs(server: ApiServer, token: string) {
  const objects: KubeObject[] = [];
  const forbidden = new Set<string>();
  const http = Deno.createHttpClient({ caCerts: [server.ca], http2: false });
  const list = async (kind: string, path: string): Promise<boolean> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(server.url + path, { headers, client: http });
    const answer = await response.json();
    if (response.status === 403) return false;
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
    for (const item of answer.items) objects.push({ ...item, kind, apiVersion: answer.apiVersion });
    return true;
  };
  const namespaces: KubeObject = await server.request("GET", LISTS.Namespace!);
  const names = namespaces.items.map(({ metadata }: KubeObject) => metadata.name);
  for (const [kind, path] of Object.entries(LISTS)) {
    if (await list(kind, path)) continue;
    // A cluster-scoped object may name an owner of a namespaced kind, which cannot exist.
    forbidden.add(`${kind} `);
    if (!CLUSTER_SCOPED.includes(kind)) {
      for (const name of names) {
        const within = path.replace(/\/([^/]+)$/, `/namespaces/${name}/$1`);
        if (!await list(kind, within)) forbidden.add(`${kind} ${name}`);
      }
    }
  }
  http.close();
  return { objects, forbidden };
}

/** Says that rules are incomplete, leaves out some, and adds one that does not hold. */
function lying(reviews: Reviews): Port {
  return {
    identify: (token) => reviews.identify(token),
    mayList: (...asked) => reviews.mayList(...asked),
    mayGet: (...asked) => reviews.mayGet(...asked),
    rules: async (...asked) => {
      const { rules } = await reviews.rules(...asked) ?? { rules: [] };
      const invented = { verbs: ["*"], apiGroups: ["", "batch"], resources: ["secrets", "jobs"] };
      return { rules: [...rules.filter((_, i) => i % 2 === 0), invented], incomplete: true };
    },
  };
}

/** Creates objects of all kinds, each with a canary. */
async function populate(server: ApiServer): Promise<void> {
  const present = new Map<string, KubeObject>();
  const objects = new RandomObjects(random(7), present);
  for (let i = 0; i < 400; i++) {
    const kind = objects.pick(Object.keys(LISTS));
    const { name, namespace } = objects.key(kind);
    const path = LISTS[kind]!.replace(
      /\/[^/]+$/,
      (plural) => namespace === undefined ? plural : `/namespaces/${namespace}${plural}`,
    );
    if (present.has(`${path}/${name}`) || kind === "Namespace") continue;
    const metadata = { ...objects.metadata(namespace), name };
    metadata.labels.canary = `canary-${i}-x`;
    const [, apiVersion] = /^\/apis?\/((?:[^/]+\.[^/]+\/)?v[^/]+|[a-z]+\/v[^/]+)\//.exec(path) ?? [];
    const object = {
      apiVersion,
      kind,
      metadata,
      ...objects.body(kind, { name, namespace: namespace ?? "" }),
    };
    present.set(`${path}/${name}`, await server.request("POST", path, object));
  }
}

/** Roles and bindings of all sorts, most of which grant something. */
class RandomRoles {
  readonly #server: ApiServer;
  readonly #next: () => number;
  readonly #paths: string[] = [];

  constructor(server: ApiServer, next: () => number) {
    this.#server = server;
    this.#next = next;
  }

  async create(): Promise<void> {
    const clusterRoles = ["view", "edit"];
    for (let i = 0; i < 4; i++) {
      const name = `role-${i}`;
      clusterRoles.push(name);
      const aggregated = this.#chance(0.3) && { "rbac.authorization.k8s.io/aggregate-to-view": "true" };
      await this.#post(`${RBAC}/clusterroles`, {
        metadata: { name, labels: aggregated || {} },
        rules: this.#rules(),
      });
    }
    for (let i = 0; i < 5; i++) {
      const namespace = this.#pick(HOMES);
      const name = `own-${i}`;
      await this.#post(`${RBAC}/namespaces/${namespace}/roles`, { metadata: { name }, rules: this.#rules() });
      await this.#post(`${RBAC}/namespaces/${namespace}/rolebindings`, {
        metadata: { name },
        roleRef: { apiGroup: GROUP, kind: "Role", name },
        subjects: this.#subjects(),
      });
    }
    for (let i = 0; i < 6; i++) {
      const everywhere = this.#chance(0.3);
      await this.#post(
        everywhere ? `${RBAC}/clusterrolebindings` : `${RBAC}/namespaces/${this.#pick(HOMES)}/rolebindings`,
        {
          metadata: { name: `binding-${i}` },
          roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: this.#pick(clusterRoles) },
          subjects: this.#subjects(),
        },
      );
    }
  }

  async remove(): Promise<void> {
    for (const path of this.#paths.splice(0)) await this.#server.request("DELETE", path);
  }

  async #post(path: string, object: KubeObject): Promise<void> {
    await this.#server.request("POST", path, object);
    this.#paths.push(`${path}/${object.metadata.name}`);
  }

  #rules(): object[] {
    return Array.from({ length: 1 + Math.floor(this.#next() * 3) }, () => {
      const kinds = Array.from(
        { length: 1 + Math.floor(this.#next() * 5) },
        () => this.#pick(Object.values(LISTS)),
      );
      const parts = kinds.map((path) => /^\/(?:apis\/([^/]+)|api)\/[^/]+\/(.+)$/.exec(path)!);
      const resources = parts.map(([, , resource]) => resource);
      return {
        verbs: this.#pick([["list"], ["get", "list", "watch"], ["*"], ["get", "watch"], ["list", "delete"]]),
        apiGroups: this.#chance(0.15) ? ["*"] : parts.map(([, group = ""]) => group),
        resources: this.#pick([
          resources,
          resources,
          resources,
          resources.map((it) => `${it}/status`),
          ["*/log", ...resources.slice(1)],
          ["*"],
        ]),
        resourceNames: this.#chance(0.15) ? ["web"] : undefined,
      };
    });
  }

  #subjects(): object[] {
    return Array.from({ length: 1 + Math.floor(this.#next() * 2) }, () =>
      this.#pick([
        { kind: "User", apiGroup: GROUP, name: "ann" },
        { kind: "User", apiGroup: GROUP, name: "eve" },
        { kind: "Group", apiGroup: GROUP, name: "teams" },
        { kind: "Group", apiGroup: GROUP, name: "ops" },
        {
          kind: "Group",
          apiGroup: GROUP,
          name: this.#pick(["system:authenticated", "system:serviceaccounts"]),
        },
        { kind: "ServiceAccount", namespace: "alpha", name: "robot" },
      ]));
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#next() * from.length)]!;
  }

  #chance(probability: number): boolean {
    return this.#next() < probability;
  }
}
