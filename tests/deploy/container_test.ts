/** The container of Astrolabe with each component: Astrolabe reads every variable that it gets. */
import { assertEquals } from "@std/assert";
import { parseCommandLine } from "../../src/cli/command_line.ts";
import { type Config, readConfig, type RedisLocation } from "../../src/cli/config.ts";
import { type Option, OPTIONS } from "../../src/cli/options.ts";
import { apiServerAvailable } from "../support/api_server.ts";
import { makeOverlay, type Manifest, render } from "../support/kubectl.ts";

const skipped = apiServerAvailable ? "" : " (skipped: KUBEBUILDER_ASSETS is not set)";
const READ = [
  ...Object.values<Option<unknown>>(OPTIONS).map(({ environment }) => environment),
  "REDIS_PASSWORD_FILE",
];
/** The content of the Secret, for variables from it. */
const SECRET: Readonly<Record<string, string>> = { address: "redis.example.com:6380", username: "someone" };

const NO_FILES = { ca: undefined, cert: undefined, key: undefined };

const CASES: readonly [components: readonly string[], config: (config: Config) => unknown, means: unknown][] =
  [
    [[], ({ namespaces, redis }) => [namespaces, redis], [[], undefined]],
    [["namespaced"], ({ namespaces }) => namespaces, ["default"]],
    [
      ["redis"],
      ({ redis }) => [redis?.location, redis?.username, redis?.tls],
      [at("astrolabe-redis", 6379), "astrolabe", undefined],
    ],
    [
      ["redis-external"],
      ({ redis }) => [redis?.location, redis?.username, redis?.tls],
      [at("redis.example.com", 6380), "someone", { ...NO_FILES }],
    ],
    [
      ["redis-external", "redis-external-ca"],
      ({ redis }) => redis?.tls,
      { ...NO_FILES, ca: "/run/secrets/redis/ca.crt" },
    ],
  ];

for (const [components, config, means] of CASES) {
  const name = `Container of ${["base", ...components].join(" + ")}`;

  Deno.test(`${name}, is configured as it says${skipped}`, { ignore: !apiServerAvailable }, async () => {
    const { args, environment } = await containerOf(components);
    const { command, flags } = parseCommandLine(args);
    assertEquals(command, "serve");
    assertEquals(config(readConfig("serve", flags, environment)), means);
  });

  Deno.test(
    `${name}, has no variable that nobody reads${skipped}`,
    { ignore: !apiServerAvailable },
    async () => {
      const { environment } = await containerOf(components);
      assertEquals([...environment.keys()].filter((variable) => !READ.includes(variable)), []);
    },
  );
}

Deno.test(`Container with Redis, reads its password from the Secret${skipped}`, {
  ignore: !apiServerAvailable,
}, async () => {
  const { pod, environment } = await containerOf(["redis"]);
  const [{ mountPath }] = pod.containers[0].volumeMounts;
  assertEquals(environment.get("REDIS_PASSWORD_FILE"), `${mountPath}/password`);
  assertEquals(pod.volumes[0].secret.secretName, "astrolabe-redis");
});

interface Container {
  readonly pod: Manifest;
  readonly args: readonly string[];
  readonly environment: Map<string, string>;
}

async function containerOf(components: readonly string[]): Promise<Container> {
  const overlay = await makeOverlay(components);
  const manifests = await render(overlay);
  await Deno.remove(overlay, { recursive: true });
  const { spec: { template: { spec: pod } } } = manifests.find(({ kind }) => kind === "Deployment");
  const { args = [], env = [] } = pod.containers[0];
  const environment = new Map<string, string>(
    env.map(({ name, value, valueFrom }: Manifest) => [name, value ?? SECRET[valueFrom.secretKeyRef.key]]),
  );
  return { pod, args, environment };
}

function at(host: string, port: number): RedisLocation {
  return { kind: "direct", address: { host, port } };
}
