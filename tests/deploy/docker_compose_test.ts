/** The Compose file, compared with the code as far as possible without running containers. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { load, YAML11_SCHEMA } from "js-yaml";
import { readConfig } from "../../src/cli/config.ts";
import { DeployedRedis, runProgram } from "../support/deployed_redis.ts";
import { hasRedisServer } from "../support/redis_server.ts";

interface Service {
  readonly environment: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly volumes: readonly (string | { readonly source: string })[];
  readonly ports?: readonly string[];
  readonly mem_limit: string;
  readonly healthcheck: { readonly test: readonly string[] };
}

const FOLDER = "deploy";
const GIVEN: Readonly<Record<string, string>> = { REDIS_PASSWORD: "s3cret" };
const { services, volumes } = load(readCompose("docker-compose.yaml"), { schema: YAML11_SCHEMA }) as {
  readonly services: Readonly<Record<"redis" | "astrolabe" | "demo", Service>>;
  readonly volumes: object;
};

/** Returns the file with its variables replaced as Compose does. */
function readCompose(name: string): string {
  const text = Deno.readTextFileSync(`${FOLDER}/${name}`);
  const inserted = text.replaceAll(
    /\$\{(\w+):[-?]([^}]*)\}/g,
    (_, variable, other) => GIVEN[variable] ?? other,
  );
  return inserted.replaceAll("$$", "$");
}

function configOf(command: "serve" | "demo", { environment }: Service) {
  return readConfig(command, new Map(), { get: (name: string) => environment[name] });
}

Deno.test("The Compose file, points Astrolabe at its Redis", () => {
  const { redis } = configOf("serve", services.astrolabe);
  assertEquals(
    [redis?.location, redis?.username, redis?.password?.()],
    [{ kind: "direct", address: { host: "redis", port: 6379 } }, "astrolabe", GIVEN.REDIS_PASSWORD],
  );
});

Deno.test("The Compose file, gives the demo another database than the cluster's", () => {
  assertNotEquals(configOf("demo", services.demo).redis?.db, configOf("serve", services.astrolabe).redis?.db);
});

Deno.test("The Compose file, mounts existing files", async () => {
  const sources = services.redis.volumes.map((volume) => `${volume}`.split(":")[0] ?? "");
  for (const source of sources) {
    if (source.startsWith("./")) await Deno.stat(`${FOLDER}/${source}`);
    else assert(source in volumes, source);
  }
});

Deno.test("The Compose file, starts Redis with the mounted files", async () => {
  const mounts = services.redis.volumes.map((volume) => `${volume}`.split(":"));
  for (const path of services.redis.entrypoint.slice(1)) {
    const [source, target = ""] = mounts.find(([, target = ""]) => path.startsWith(target)) ?? [];
    await Deno.stat(`${FOLDER}/${source}${path.slice(target.length)}`);
  }
});

Deno.test("The Compose file, serves this machine alone", () => {
  const ports = Object.values(services).flatMap(({ ports = [] }) => ports);
  assert(ports.length > 0);
  for (const port of ports) assertMatch(port, /^127\.0\.0\.1:/);
});

Deno.test("The Compose file, leaves Redis twice its maxmemory", () => {
  const [, maxMemory] =
    /^maxmemory (\d+)mb$/m.exec(Deno.readTextFileSync(`${FOLDER}/helm/astrolabe/files/redis/redis.conf`)) ??
      [];
  assertEquals(services.redis.mem_limit, `${2 * Number(maxMemory)}m`);
});

Deno.test("The Compose file, has the health check of the image", async () => {
  const [, command = ""] = /^HEALTHCHECK .*CMD (\[.*\])$/m.exec(await Deno.readTextFile("Dockerfile")) ?? [];
  assertEquals(services.astrolabe.healthcheck.test, ["CMD", ...JSON.parse(command)]);
});

for (const [password, code] of [["right", 0], ["wrong", 1]] as const) {
  Deno.test({
    name: `The Compose file, finds Redis ${code === 0 ? "well" : "unwell"} with the ${password} password`,
    ignore: !hasRedisServer,
    async fn() {
      await using redis = await DeployedRedis.open();
      const [, check = ""] = services.redis.healthcheck.test;
      const here = check.replace("redis-cli", `redis-cli -p ${redis.port}`);
      const outcome = await runProgram("sh", ["-c", here], {
        REDIS_PASSWORD: password === "right" ? redis.password : "wrong",
      });
      assertEquals(outcome.code, code, outcome.output);
    },
  });
}

const hasCompose = await runProgram("docker", ["compose", "version"]).then(
  ({ code }) => code === 0,
  () => false,
);

for (const files of [["docker-compose.yaml"], ["docker-compose.yaml", "docker-compose.host.yaml"]]) {
  Deno.test({
    name: `${files.join(" with ")}, is what Compose understands${
      hasCompose ? "" : " (skipped: no docker compose)"
    }`,
    ignore: !hasCompose,
    async fn() {
      const named = files.flatMap((file) => ["-f", `${FOLDER}/${file}`]);
      const outcome = await runProgram("docker", ["compose", ...named, "config", "--quiet"], GIVEN);
      assertEquals(outcome, { code: 0, output: "" });
    },
  });
}
