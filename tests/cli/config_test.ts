import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseCommandLine } from "../../src/cli/command_line.ts";
import { type Config, readConfig, UsageError } from "../../src/cli/config.ts";
import { OPTIONS } from "../../src/cli/options.ts";

function config(args: readonly string[] = [], variables: Record<string, string> = {}): Config {
  const { command, flags } = parseCommandLine(args);
  if (command === "help") throw new Error("a test asks for help");
  return readConfig(command, flags, { get: (name) => variables[name] });
}

function redis(args: readonly string[] = [], variables: Record<string, string> = {}): Config["redis"] {
  return config(["--enable-persistence", ...args], variables).redis;
}

/** The fields that have a value. */
function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function refusal(args: readonly string[], variables: Record<string, string> = {}): string {
  return assertThrows(() => config(args, variables), UsageError).message;
}

Deno.test("readConfig(), has the contract's defaults", () => {
  assertEquals(defined(config()), {
    port: 8080,
    bindAddress: "0.0.0.0",
    auth: { mode: "none" },
    metricsOpen: false,
    shutdownDelay: 0,
    customResources: "auto",
    namespaces: [],
    logFormat: "text",
    verbosity: 0,
    verifyInterval: 21_600_000,
    objects: 2000,
    startsRedis: false,
    opensPage: false,
  });
});

Deno.test("readConfig(), has the contract's defaults for Redis", () => {
  assertEquals(defined(redis() ?? {}), {
    location: { kind: "direct", address: { host: "localhost", port: 6379 } },
    db: 0,
    keyPrefix: "astrolabe:",
    batchSize: 100,
    flushInterval: 30_000,
    snapshotInterval: 300_000,
    adopt: false,
  });
});

Deno.test("readConfig(), takes a variable where there is no flag", () => {
  assertEquals(config([], { PORT: "9000" }).port, 9000);
});

Deno.test("readConfig(), a flag beats its variable", () => {
  assertEquals(config(["--port=9001"], { PORT: "9000" }).port, 9001);
});

Deno.test("readConfig(), a switch that is off beats its variable", () => {
  assertEquals(config(["--enable-persistence=false"], { ENABLE_PERSISTENCE: "true" }).redis, undefined);
});

Deno.test("readConfig(), an empty flag beats its variable too", () => {
  assertEquals(config(["--label-selector="], { LABEL_SELECTOR: "app=web" }).labelSelector, undefined);
});

Deno.test("readConfig(), an empty variable counts as unset", () => {
  assertEquals(config([], { PORT: "", LABEL_SELECTOR: "" }), config());
});

Deno.test("readConfig(), the last of a flag that stands twice counts", () => {
  assertEquals(config(["--port=1", "--port=2"]).port, 2);
});

Deno.test("readConfig(), leaves KUBECONFIG to kubectl's rules", () => {
  assertEquals(config([], { KUBECONFIG: "/a:/b" }).kubeconfig, undefined);
});

Deno.test("readConfig(), keeps what concerns the cluster", () => {
  const { kubeconfig, context, inCluster } = config(["--kubeconfig=/k", "--context=c", "--in-cluster=false"]);
  assertEquals({ kubeconfig, context, inCluster }, { kubeconfig: "/k", context: "c", inCluster: false });
});

Deno.test("readConfig(), has each namespace once", () => {
  assertEquals(config(["--namespace=a", "--namespace=b", "--namespace=a"]).namespaces, ["a", "b"]);
});

Deno.test("readConfig(), is frozen to its depths", () => {
  const { redis, ...rest } = config(["--enable-persistence", "--redis-tls"]);
  assert([redis, redis?.tls, rest.namespaces].every(Object.isFrozen));
});

for (
  const [address, at, expected] of [
    ["cache", { host: "cache", port: 6379 }, { db: 0 }],
    ["cache:7000", { host: "cache", port: 7000 }, { db: 0 }],
    ["[::1]:7000", { host: "::1", port: 7000 }, { db: 0 }],
    ["redis://cache/3", { host: "cache", port: 6379 }, { db: 3 }],
    ["rediss://me@cache:7000", { host: "cache", port: 7000 }, { db: 0, username: "me", tls: {} }],
  ] as const
) {
  Deno.test(`readConfig(), reads the Redis address ${address}`, () => {
    const { location, username, db, tls } = redis([`--redis-addr=${address}`])!;
    assertEquals(location, { kind: "direct", address: at });
    assertEquals({ username, db, tls: tls && defined(tls) }, {
      username: undefined,
      tls: undefined,
      ...expected,
    });
  });
}

Deno.test("readConfig(), reads Sentinels, their master and their login", () => {
  const { location, password, db } = redis(["--redis-db=3"], {
    REDIS_ADDR: "ignored:1",
    REDIS_SENTINELS: "a, b:27000,[::1]:27001",
    REDIS_SENTINEL_MASTER: "graph",
    REDIS_SENTINEL_USERNAME: "watcher",
    REDIS_SENTINEL_PASSWORD: "s3cret",
  })!;
  assert(location.kind === "sentinel");
  assertEquals(location.sentinels, [
    { host: "a", port: 26379 },
    { host: "b", port: 27000 },
    { host: "::1", port: 27001 },
  ]);
  const { username, password: ofSentinels } = location.login;
  assertEquals([location.master, username, ofSentinels?.(), password, db], [
    "graph",
    "watcher",
    "s3cret",
    undefined,
    3,
  ]);
});

Deno.test("readConfig(), asks the Sentinels for mymaster, without a login", () => {
  const { location } = redis(["--redis-sentinels=a"])!;
  assertEquals(location, {
    kind: "sentinel",
    sentinels: [{ host: "a", port: 26379 }],
    master: "mymaster",
    login: { username: undefined, password: undefined },
  });
});

Deno.test("readConfig(), reads the file of the Sentinels' password anew each time", async () => {
  const file = await Deno.makeTempFile();
  const { location } = redis(["--redis-sentinels=a"], { REDIS_SENTINEL_PASSWORD_FILE: file })!;
  const read = [];
  for (const content of ["one\n", "two\n"]) {
    await Deno.writeTextFile(file, content);
    read.push(location.kind === "sentinel" && location.login.password?.());
  }
  await Deno.remove(file);
  assertEquals(read, ["one", "two"]);
});

Deno.test("readConfig(), reads the nodes of a Cluster, whose keys have one hash tag", () => {
  const { location, keyPrefix, tls, username } = redis([
    "--redis-cluster",
    "--redis-addr=rediss://me@a:7000, b:7001",
  ])!;
  assertEquals(location, {
    kind: "cluster",
    nodes: [{ host: "a", port: 7000 }, { host: "b", port: 7001 }],
  });
  assertEquals([keyPrefix, defined(tls ?? {}), username], ["{astrolabe}:", {}, "me"]);
});

for (
  const [args, prefix] of [
    [["--redis-key-prefix=east:"], "east:"],
    [["--redis-key-prefix={astrolabe}:"], "{astrolabe}:"],
    [["--redis-key-prefix="], "astrolabe:"],
    [["--redis-cluster", "--redis-key-prefix=graph:{east}:"], "graph:{east}:"],
  ] as const
) {
  Deno.test(`readConfig(), starts all keys with ${prefix} for ${args.join(" ")}`, () => {
    assertEquals(redis(args)?.keyPrefix, prefix);
  });
}

Deno.test("readConfig(), flags beat what the Redis URL says", () => {
  const { username, password, db, tls } = redis([
    "--redis-addr=rediss://url:url@cache/1",
    "--redis-username=flag",
    "--redis-password=flag",
    "--redis-db=0",
    "--redis-tls=false",
  ])!;
  assertEquals([username, password?.(), db, tls], ["flag", "flag", 0, undefined]);
});

Deno.test("readConfig(), reads the password's file anew each time", async () => {
  const file = await Deno.makeTempFile();
  const { password } = redis([], { REDIS_PASSWORD_FILE: file })!;
  const read = [];
  for (const content of ["one\n", "two\n"]) {
    await Deno.writeTextFile(file, content);
    read.push(password?.());
  }
  await Deno.remove(file);
  assertEquals(read, ["one", "two"]);
});

Deno.test("readConfig(), prints no password with the configuration", () => {
  const read = config([
    "--enable-persistence",
    "--redis-addr=redis://me:url-pw@cache",
    "--redis-password=flag-pw",
  ]);
  assertEquals(/-pw/.test(Deno.inspect(read, { depth: 9 }) + JSON.stringify(read)), false);
});

for (
  const [args, message] of [
    [["--port=70000"], '--port "70000": must be a whole number from 0 to 65535'],
    [["--port=-1"], '--port "-1": must be a whole number from 0 to 65535'],
    [["--bind-address="], '--bind-address "": must not be empty'],
    [["--v=x"], '--v "x": must be a whole number of at least 0'],
    [["--in-cluster=maybe"], '--in-cluster "maybe": must be true or false'],
    [["--log-format=xml"], '--log-format "xml": must be text or json'],
    [["--namespace=a/b"], '--namespace "a/b": must be the name of a namespace'],
    [["--snapshot-interval=1.5"], '--snapshot-interval "1.5": must be a whole number of at least 0'],
    [["--redis-flush-interval=0"], '--redis-flush-interval "0": must be a whole number of at least 1'],
    [["--redis-addr=redis://:pw@/"], "--redis-addr: must be host:port, or a redis:// or rediss:// URL"],
    [["--redis-addr=a:1,"], "--redis-addr: must be host:port, or a redis:// or rediss:// URL"],
    [["--redis-addr=a:1,b:1"], "--redis-addr: several addresses need --redis-cluster"],
    [
      ["--redis-cluster", "--redis-db=3"],
      "--redis-db 3 cannot be used with --redis-cluster: a Cluster has only database 0",
    ],
    [
      ["--redis-cluster", "--redis-addr=redis://a/3"],
      "--redis-db 3 cannot be used with --redis-cluster: a Cluster has only database 0",
    ],
    [
      ["--redis-cluster", "--redis-sentinels=a"],
      "--redis-sentinels and --redis-cluster exclude each other",
    ],
    [
      ["--redis-cluster", "--redis-key-prefix=east:"],
      '--redis-key-prefix "east:": must have a hash tag with --redis-cluster, such as {astrolabe}:',
    ],
    [
      ["--redis-cluster", "--redis-key-prefix={}:{a}"],
      '--redis-key-prefix "{}:{a}": must have a hash tag with --redis-cluster, such as {astrolabe}:',
    ],
    [
      ["--redis-sentinels=redis://a"],
      '--redis-sentinels "redis://a": must be host:port, or several separated by commas',
    ],
    [
      ["--redis-sentinels=a:70000"],
      '--redis-sentinels "a:70000": must be host:port, or several separated by commas',
    ],
    [["--redis-tls-cert=c"], "--redis-tls-cert and --redis-tls-key must be used together"],
    [["health", "--url=localhost"], "--url: must be an http or https URL"],
    [["health", "--url=http://u:secret@localhost"], "--url: must not contain a password"],
  ] as const
) {
  Deno.test(`readConfig(), refuses ${args.at(-1)}`, () => {
    assertEquals(refusal(args), message);
  });
}

Deno.test("readConfig(), names the label selector that does not parse", () => {
  const message = refusal(["--label-selector=app in"]);
  assertEquals(message.startsWith('--label-selector "app in": '), true);
});

Deno.test("readConfig(), names the variable whose value is wrong", () => {
  assertEquals(refusal([], { PORT: "http" }), 'PORT "http": must be a whole number from 0 to 65535');
});

Deno.test("OPTIONS, every variable is its flag in capitals", () => {
  const wrong = Object.entries(OPTIONS).filter(([name, option]) =>
    "environment" in option && option.environment !== name.toUpperCase().replaceAll("-", "_")
  );
  assertEquals(wrong, []);
});

for (
  const [hosts, allowed] of [
    ["Graph.Example.com.", ["graph.example.com"]],
    ["a.example.com, *.example.org,*", ["a.example.com", "*.example.org", "*"]],
    ["127.0.0.1,[::1]", ["127.0.0.1", "[::1]"]],
    ["", undefined],
  ] as const
) {
  Deno.test(`readConfig(), takes the allowed hosts ${JSON.stringify(hosts)}`, () => {
    assertEquals(config([`--allowed-hosts=${hosts}`]).allowedHosts, allowed);
    assertEquals(config([], { ALLOWED_HOSTS: hosts }).allowedHosts, allowed);
  });
}

for (
  const hosts of [
    "a,,b",
    "example.com:8080",
    "[::1]:80",
    "[::1",
    "<x>",
    "a b",
    "http://a",
    "*.",
    "a.*.b",
    "::1",
  ]
) {
  Deno.test(`readConfig(), refuses the allowed hosts ${JSON.stringify(hosts)}`, () => {
    assertStringIncludes(refusal([`--allowed-hosts=${hosts}`]), "--allowed-hosts");
  });
}

Deno.test("readConfig(), an IPv6 address to bind to may have brackets", () => {
  assertEquals(["[::]", "::", "::1"].map((it) => config([`--bind-address=${it}`]).bindAddress), [
    "::",
    "::",
    "::1",
  ]);
});

Deno.test("readConfig(), the shutdown delay is in seconds", () => {
  assertEquals(config([], { SHUTDOWN_DELAY: "5" }).shutdownDelay, 5_000);
  assertStringIncludes(refusal(["--shutdown-delay=-1"]), "--shutdown-delay");
});

Deno.test("readConfig(), takes the custom resources to follow", () => {
  assertEquals(config([], { CUSTOM_RESOURCES: "none" }).customResources, "none");
  assertEquals(config(["--custom-resources=a.io,b.c.io"]).customResources, ["a.io", "b.c.io"]);
  assertEquals(
    refusal(["--custom-resources=Pod"]),
    '--custom-resources "Pod": must be auto, none, or groups and resource.group names; "Pod" is neither',
  );
});

const AUTH: readonly [args: readonly string[], expected: unknown][] = [
  [["--auth=none"], { mode: "none" }],
  [["--auth=kubernetes"], { mode: "kubernetes" }],
  [["--auth=token", "--auth-token-file=/tokens"], { mode: "token", file: "/tokens" }],
];

for (const [args, expected] of AUTH) {
  Deno.test(`readConfig(), takes ${args.join(" ")}`, () => {
    assertEquals(config(args).auth, expected as ReturnType<typeof config>["auth"]);
  });
}

const AUTH_REFUSALS: readonly (readonly [args: readonly string[], message: string])[] = [
  [["--auth=rbac"], '--auth "rbac": must be none, token or kubernetes'],
  [["--auth=token"], "--auth token needs --auth-token-file"],
  [["--auth-token-file=/tokens"], "--auth-token-file needs --auth token, not none"],
];

for (const [args, message] of AUTH_REFUSALS) {
  Deno.test(`readConfig(), refuses ${args.join(" ")}`, () => {
    assertEquals(refusal(args), message);
  });
}
