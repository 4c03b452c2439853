/**
 * Astrolabe discloses no secret: not in the log at any verbosity, not in an answer, not in the metrics, not
 * in Redis. Every field that could contain a secret contains a canary, a word that occurs nowhere else, and
 * these tests search all output for it.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import type { KubeObject } from "../../src/simulator/kube_object.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { hasRedisServer, RedisServer } from "../support/redis_server.ts";

const CANARY = "canary";
const TOKEN = `${CANARY}-token`;
const PASSWORD = `${CANARY}-password`;
const PATHS = [
  ...[
    "/health",
    "/readyz?verbose",
    "/metrics",
    "/api/v1/kinds",
    "/api/v1/problems",
    "/api/v1/releases?detail=true",
  ],
  ...["/api/v1/graph?labels=true&inactive=true", "/api/v1/resources?inactive=true", "/api/v1/nothing"],
  ...["pod", "secret", "broken"].map((name) => `/api/v1/resources/uid-${name}`),
];

const annotations = {
  "kubectl.kubernetes.io/last-applied-configuration": `{"data":{"key":"${CANARY}"}}`,
  "example.com/password": CANARY,
};
const env = [{ name: "PASSWORD", value: CANARY }];
const container = { name: "main", image: "image", env, args: [`--password=${CANARY}`], command: [CANARY] };

const OBJECTS: readonly KubeObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "store", annotations } },
  secretive("Secret", { data: { key: btoa(CANARY) }, stringData: { key: CANARY } }),
  secretive("ConfigMap", { data: { key: CANARY }, binaryData: { key: CANARY } }),
  secretive("Pod", {
    spec: { containers: [container], initContainers: [container] },
    status: {
      phase: "Pending",
      containerStatuses: [{
        name: "main",
        state: { waiting: { reason: "CrashLoopBackOff", message: CANARY } },
        lastState: { terminated: { exitCode: 1, message: CANARY } },
      }],
      conditions: [{ type: "Ready", status: "False", message: CANARY }],
    },
  }),
  {
    ...secretive("Deployment", { spec: { template: { spec: { containers: [container] } } } }),
    apiVersion: "apps/v1",
  },
  // This object makes no record, which is logged.
  secretive("ConfigMap", { data: { key: CANARY } }, { name: "broken", uid: "" }),
];

function secretive(kind: string, content: object, metadata: object = {}): KubeObject {
  const name = kind.toLowerCase();
  return {
    apiVersion: "v1",
    kind,
    metadata: { name, uid: `uid-${name}`, namespace: "store", annotations, ...metadata },
    ...content,
  };
}

interface Parts {
  readonly astrolabe: Astrolabe;
  readonly simulator: Simulator;
  readonly redis: RedisServer;
}

async function run(verbosity: number, look: (parts: Parts) => Promise<void>): Promise<string> {
  await using redis = await RedisServer.start("--requirepass", PASSWORD);
  const simulator = Simulator.start({ kinds, token: TOKEN });
  for (const object of OBJECTS) simulator.store.create(object);
  await Deno.writeTextFile(`${redis.folder}/token`, TOKEN);
  await Deno.writeTextFile(`${redis.folder}/password`, PASSWORD);
  await Deno.writeTextFile(`${redis.folder}/config`, kubeconfigOf(simulator.url, { tokenFile: "token" }));
  const astrolabe = await Astrolabe.start(
    `--kubeconfig=${redis.folder}/config`,
    "--enable-persistence",
    `--redis-addr=127.0.0.1:${redis.port}`,
    `--redis-password=${PASSWORD}`,
    "--redis-flush-interval=1",
    `--v=${verbosity}`,
  );
  try {
    await astrolabe.ready();
    await look({ astrolabe, simulator, redis });
  } finally {
    await astrolabe.stop();
    await simulator.close();
  }
  return astrolabe.output;
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line.includes(CANARY) || line.includes(btoa(CANARY)));
}

for (const verbosity of [0, 2, 4, 10]) {
  Deno.test({
    name: `Canary, none in the log at verbosity ${verbosity}, whatever fails`,
    ignore: !hasRedisServer,
    async fn() {
      const output = await run(verbosity, async ({ astrolabe, simulator, redis }) => {
        // The API server no longer accepts the token, and the next Redis requires another password.
        simulator.token = "another";
        await redis.kill();
        await redis.start("--requirepass", "another");
        simulator.faults.strike({ do: "garbage" });
        await holds(() => assertStringIncludes(astrolabe.output, "does not accept the credentials"));
        await holds(() => assertStringIncludes(astrolabe.output, "Lost Redis"));
      });
      assertStringIncludes(output, "Skipped a malformed object");
      assertEquals(lines(output), []);
    },
  });
}

Deno.test({
  name: "Canary, none in answers and metrics",
  ignore: !hasRedisServer,
  async fn() {
    const found: string[] = [];
    await run(0, async ({ astrolabe }) => {
      for (const path of PATHS) found.push(...lines((await astrolabe.text(path)).text));
    });
    assertEquals(found, []);
  },
});

Deno.test({
  name: "Canary, none in Redis",
  ignore: !hasRedisServer,
  async fn() {
    const found: string[] = [];
    await run(0, async ({ redis }) => {
      const values = async () => {
        const keys = await redis.command("KEYS", "astrolabe:node:*") as string[];
        return keys.length === 0 ? [] : await redis.command("MGET", ...keys) as string[];
      };
      // All objects except the broken one.
      await holds(async () => assertEquals((await values()).length, OBJECTS.length - 1));
      found.push(...(await values()).flatMap(lines));
    });
    assertEquals(found, []);
  },
});
