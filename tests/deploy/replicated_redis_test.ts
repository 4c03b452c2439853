/** The replicated Redis as it is shipped: Astrolabe saves to its master, through every failover. */
import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { kinds } from "../../src/kinds/registry.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Simulator } from "../../src/simulator/simulator.ts";
import { Astrolabe } from "../support/astrolabe.ts";
import { runProgram } from "../support/deployed_redis.ts";
import { DeployedSentinels, type NodeName, NODES } from "../support/deployed_sentinels.ts";
import { holds } from "../support/holds.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { hasRedisServer } from "../support/redis_server.ts";

const hasOpenssl = await runProgram("openssl", ["version"]).then(({ code }) => code === 0, () => false);

Deno.test({ name: "Replicated Redis as configured", ignore: !hasRedisServer }, async (test) => {
  await using redis = await DeployedSentinels.open();
  await using cluster = await FollowedCluster.open(redis);
  let former: NodeName = NODES[0];

  await test.step("makes the first node the master of the first start", async () => {
    assertEquals(await redis.masterAccordingTo(NODES[2]), NODES[0]);
    await cluster.isSaved();
  });
  await test.step("saves to the next master when the master dies", async () => {
    await redis.stop("node", former, "SIGKILL");
    cluster.change();
    await cluster.isSaved();
    assertNotEquals(await redis.masterAccordingTo(NODES[2]), former);
  });
  await test.step("takes the former master back as a replica", async () => {
    redis.start("node", former);
    await redis.isComplete();
    assertEquals(await redis.roleOf(former), "slave");
  });
  await test.step("starts with the last master and its data after a stop of everything", async () => {
    former = await redis.masterAccordingTo(NODES[0]);
    await cluster.stop();
    await redis.stopAll();
    await redis.startAll();
    assertEquals(await redis.masterAccordingTo(NODES[0]), former);
    const astrolabe = await cluster.start();
    await cluster.isSaved();
    assertStringIncludes(astrolabe.output, "nodes from Redis");
  });
  await test.step("has a dump of any node on all of them, once it is restored on the last master", async () => {
    const dumps = await Deno.makeTempDir({ prefix: "dumps_" });
    const script = (name: string) => `deploy/helm/astrolabe/files/redis/${name}.sh`;
    const master = await redis.masterAccordingTo(NODES[0]);
    const replica = NODES.find((node) => node !== master) ?? NODES[0];
    const server = ["-h", replica, "-p", `${redis.port}`, "--user", "backup"];
    const env = { REDIS_PASSWORD_FILE: redis.passwordFile };
    // A replica that is not connected to its master yet gives no dump.
    await holds(async () => {
      const { code, output } = await runProgram("sh", [script("backup"), dumps, ...server], env);
      assertEquals(code, 0, output);
    });
    await cluster.stop();
    await redis.stopAll();
    for (const node of NODES) {
      for (const name of ["dump.rdb", "appendonlydir"]) {
        await Deno.remove(`${redis.folderOf(node)}/${name}`, { recursive: true });
      }
    }
    const [dump] = [...Deno.readDirSync(dumps)];
    const args = [script("restore"), `${dumps}/${dump?.name}`, redis.folderOf(master)];
    assertEquals((await runProgram("sh", args)).code, 0);
    await redis.startAll();
    for (const node of NODES) {
      await holds(async () => assertMatch((await redis.cli(node, "dbsize")).output, /^[1-9]\d{2,}$/m));
    }
    const astrolabe = await cluster.start();
    await cluster.isSaved();
    assertStringIncludes(astrolabe.output, "nodes from Redis");
    await Deno.remove(dumps, { recursive: true });
  });
  await test.step("lets Astrolabe neither empty a node nor change a role", async () => {
    for (const node of NODES) {
      assertEquals((await redis.cli(node, "flushall")).code, 1);
      assertEquals((await redis.cli(node, "replicaof", "no", "one")).code, 1);
      assertEquals((await redis.sentinel(node, "failover", "astrolabe")).code, 1);
    }
  });
});

Deno.test({
  name: "Replicated Redis as configured, speaks nothing but TLS where it has certificates",
  ignore: !hasRedisServer || !hasOpenssl,
  async fn() {
    const tlsFolder = await Deno.makeTempDir({ prefix: "tls_" });
    await makeCertificates(tlsFolder);
    await using redis = await DeployedSentinels.open({ tlsFolder });
    await using cluster = await FollowedCluster.open(redis);
    await cluster.isSaved();
    await redis.stop("node", NODES[0], "SIGKILL");
    cluster.change();
    await cluster.isSaved();
    for (const port of [redis.port, redis.sentinelPort]) {
      const { code } = await runProgram("redis-cli", ["-h", NODES[1], "-p", `${port}`, "ping"]);
      assertEquals(code, 1);
    }
    await Deno.remove(tlsFolder, { recursive: true });
  },
});

/** A sample cluster with an Astrolabe that keeps its graph in the Redis. */
class FollowedCluster implements AsyncDisposable {
  readonly #redis: DeployedSentinels;
  readonly #simulator = Simulator.start({ kinds });
  readonly #kubeconfig = Deno.makeTempFileSync();
  #astrolabe: Astrolabe | undefined;

  private constructor(redis: DeployedSentinels) {
    this.#redis = redis;
    this.#simulator.store.fill(sampleCluster({ objects: 200 }));
    Deno.writeTextFileSync(this.#kubeconfig, kubeconfigOf(this.#simulator.url));
  }

  static async open(redis: DeployedSentinels): Promise<FollowedCluster> {
    const cluster = new FollowedCluster(redis);
    await cluster.start();
    return cluster;
  }

  async start(): Promise<Astrolabe> {
    Deno.env.set("REDIS_PASSWORD_FILE", this.#redis.passwordFile);
    Deno.env.set("REDIS_SENTINEL_PASSWORD_FILE", this.#redis.passwordFile);
    try {
      return this.#astrolabe = await Astrolabe.start(
        `--kubeconfig=${this.#kubeconfig}`,
        "--enable-persistence",
        "--redis-flush-interval=1",
        ...this.#redis.flags,
      );
    } finally {
      Deno.env.delete("REDIS_PASSWORD_FILE");
      Deno.env.delete("REDIS_SENTINEL_PASSWORD_FILE");
    }
  }

  /** Deletes a ConfigMap. */
  change(): void {
    const [first] = this.#simulator.store.list("ConfigMap");
    this.#simulator.store.delete("ConfigMap", first?.metadata.namespace ?? "", first?.metadata.name ?? "");
  }

  /** Waits until the master has a key for every resource of the cluster, and Astrolabe has nothing unsaved. */
  async isSaved(): Promise<void> {
    const expected = kinds.flatMap(({ kind }) => this.#simulator.store.list(kind)).length;
    await holds(async () => {
      const { nodes, persistence } = await this.#astrolabe?.json("/health");
      assertEquals([nodes, persistence.connected, persistence.dirtyKeys], [expected, true, 0]);
      assert(persistence.lastSnapshot !== undefined);
      const { output } = await this.#redis.cli(
        await this.#master(),
        "scan",
        "0",
        "match",
        "astrolabe:node:*",
        "count",
        "100000",
      );
      assertEquals(output.match(/astrolabe:node:/g)?.length, expected);
    }, 40);
  }

  async stop(): Promise<void> {
    await this.#astrolabe?.stop();
    this.#astrolabe = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#astrolabe?.stop("SIGKILL");
    await this.#simulator.close();
    await Deno.remove(this.#kubeconfig);
  }

  async #master(): Promise<NodeName> {
    for (const node of NODES) if (await this.#redis.roleOf(node) === "master") return node;
    throw new Error("there is no master");
  }
}

/** Makes an authority and a certificate that is valid for all nodes, for servers and for clients. */
async function makeCertificates(folder: string): Promise<void> {
  const names = NODES.map((node) => `IP:${node}`).join();
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const commands = [
    ["req", "-x509", ...curve, "-subj", "/CN=ca", "-keyout", `${folder}/ca.key`, "-out", `${folder}/ca.crt`],
    [
      ...["req", "-x509", ...curve, "-subj", "/CN=redis", "-addext", `subjectAltName=${names}`],
      ...[
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-CA",
        `${folder}/ca.crt`,
        "-CAkey",
        `${folder}/ca.key`,
      ],
      ...["-keyout", `${folder}/tls.key`, "-out", `${folder}/tls.crt`],
    ],
  ];
  for (const command of commands) {
    const { code, output } = await runProgram("openssl", command);
    assertEquals(code, 0, output);
  }
}
