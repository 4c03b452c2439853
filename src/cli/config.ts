/**
 * Reads flags and environment variables into one frozen Config; nothing else reads either. Every value is
 * checked. Secrets are functions, so that printing a Config does not print them.
 */
import type { CustomResources } from "../model/custom_resources.ts";
import { readTextFile } from "../read_text_file.ts";
import { type Command, type Option, type OptionName, OPTIONS } from "./options.ts";
import type { ServerAddress } from "./values.ts";

/** The command line or the environment asks for something that does not exist. Exit code 2, with one line. */
export class UsageError extends Error {
  override name = "UsageError";
}

export interface Config {
  /** The value of the flag only. KUBECONFIG follows kubectl's rules, which apply after a service account. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** Unset means: if a service account is mounted. */
  readonly inCluster?: boolean | undefined;
  readonly port: number;
  /** An IPv6 address has no brackets. */
  readonly bindAddress: string;
  /** In the normal form of `model/host.ts`, some with `*.` before; unset: what the address suggests. */
  readonly allowedHosts?: readonly string[] | undefined;
  readonly auth: Auth;
  /** Whether `/metrics` needs no token. */
  readonly metricsOpen: boolean;
  /** Milliseconds. */
  readonly shutdownDelay: number;
  /** In kubectl's syntax; it parses. */
  readonly labelSelector?: string | undefined;
  readonly customResources: CustomResources;
  /** The path of the configuration file. */
  readonly configFile?: string | undefined;
  /** Milliseconds between two comparisons of a kind with the cluster, 0: none. */
  readonly verifyInterval: number;
  /** Empty means all. */
  readonly namespaces: readonly string[];
  readonly logFormat: "text" | "json";
  readonly verbosity: number;
  /** Size of the demo's cluster. */
  readonly objects: number;
  /** Whether the demo starts a Redis of its own and uses no other one. */
  readonly startsRedis: boolean;
  /** Whether the demo opens its page in the browser. */
  readonly opensPage: boolean;
  /** The URL that `health` asks. */
  readonly url?: URL | undefined;
  /** Unset means no persistence. */
  readonly redis?: RedisConfig | undefined;
}

/** Who may ask. */
export type Auth =
  | { readonly mode: "none" | "kubernetes" }
  | { readonly mode: "token"; readonly file: string };

export interface TlsFiles {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface RedisConfig {
  readonly location: RedisLocation;
  readonly username?: string | undefined;
  /** Returns the password. If it is in a file, reads the file each time. */
  readonly password?: (() => string) | undefined;
  readonly db: number;
  /** Paths of PEM files. Unset means no TLS. */
  readonly tls?: TlsFiles | undefined;
  /** The prefix of all keys. */
  readonly keyPrefix: string;
  readonly batchSize: number;
  /** Milliseconds. */
  readonly flushInterval: number;
  /** Milliseconds, 0: none but the one at shutdown. */
  readonly snapshotInterval: number;
  /** Whether data of another cluster is overwritten. */
  readonly adopt: boolean;
}

/**
 * The way to find the Redis that accepts writes: an address, Sentinels that name it, or the nodes of a
 * Cluster.
 */
export type RedisLocation =
  | { readonly kind: "direct"; readonly address: ServerAddress }
  | {
    readonly kind: "sentinel";
    readonly sentinels: readonly ServerAddress[];
    readonly master: string;
    /** For the Sentinels. */
    readonly login: {
      readonly username?: string | undefined;
      readonly password?: (() => string) | undefined;
    };
  }
  | { readonly kind: "cluster"; readonly nodes: readonly ServerAddress[] };

/** The values that the command line gives, by option, in their order. */
export type Flags = ReadonlyMap<OptionName, readonly string[]>;

export type Environment = Pick<typeof Deno.env, "get">;

type Value<N extends OptionName> = ReturnType<typeof OPTIONS[N]["parse"]>;

/** @throws {UsageError} that names the flag or the variable whose value is wrong. */
export function readConfig(command: Command, flags: Flags, environment: Environment): Config {
  function all<N extends OptionName>(name: N): Value<N>[] {
    const option: Option<unknown> = OPTIONS[name];
    const given = flags.get(name);
    if (given) return given.map((text) => parse(option, `--${name}`, text) as Value<N>);

    const { environment: variable, only = [command], delegated } = option;
    const text = variable && only.includes(command) && !delegated && environment.get(variable);
    if (text) return [parse(option, variable, text) as Value<N>];
    return option.default === undefined ? [] : [option.parse(option.default) as Value<N>];
  }
  function optional<N extends OptionName>(name: N): Value<N> | undefined {
    const value = all(name).at(-1);
    return value === "" ? undefined : value;
  }
  function required<N extends OptionName>(name: N): Value<N> {
    const value = optional(name);
    if (value === undefined) throw new TypeError(`option ${name} has no default`);
    return value;
  }

  const redis = readRedisConfig({ optional, required }, environment);
  return Object.freeze({
    kubeconfig: optional("kubeconfig"),
    context: optional("context"),
    inCluster: optional("in-cluster"),
    port: required("port"),
    bindAddress: required("bind-address"),
    allowedHosts: optional("allowed-hosts") || undefined,
    auth: readAuth({ optional, required }, command),
    metricsOpen: required("metrics-open"),
    shutdownDelay: required("shutdown-delay") * 1000,
    labelSelector: optional("label-selector"),
    customResources: required("custom-resources"),
    configFile: optional("config"),
    verifyInterval: required("verify-interval") * 1000,
    namespaces: Object.freeze([...new Set(all("namespace"))]),
    logFormat: required("log-format"),
    verbosity: required("v"),
    objects: required("objects"),
    startsRedis: required("redis"),
    opensPage: required("open"),
    url: optional("url"),
    redis: required("enable-persistence") || required("redis") ? redis : undefined,
  });
}

interface Reader {
  optional<N extends OptionName>(name: N): Value<N> | undefined;
  required<N extends OptionName>(name: N): Value<N>;
}

function readAuth({ optional, required }: Reader, command: Command): Auth {
  const mode = required("auth");
  if (mode === "kubernetes" && command === "demo") {
    throw new UsageError("--auth kubernetes needs a cluster with users, which the demo does not have");
  }
  const file = optional("auth-token-file");
  if (mode === "token") {
    if (file === undefined) throw new UsageError("--auth token needs --auth-token-file");
    return Object.freeze({ mode, file });
  }
  if (file !== undefined) throw new UsageError(`--auth-token-file needs --auth token, not ${mode}`);
  return Object.freeze({ mode });
}

function readRedisConfig(reader: Reader, environment: Environment): RedisConfig {
  const { optional, required } = reader;
  const [address] = required("redis-addr");
  if (address === undefined) throw new TypeError("option redis-addr has no default");
  const password = readPassword("redis-password", reader, environment);
  const fixed = address.password;
  const tls = Object.freeze({
    ca: optional("redis-tls-ca"),
    cert: optional("redis-tls-cert"),
    key: optional("redis-tls-key"),
  });
  if (!tls.cert !== !tls.key) {
    throw new UsageError("--redis-tls-cert and --redis-tls-key must be used together");
  }

  const db = optional("redis-db") ?? address.db ?? 0;
  const location = readLocation(reader, environment);
  if (location.kind === "cluster" && db !== 0) {
    throw new UsageError(
      `--redis-db ${db} cannot be used with --redis-cluster: a Cluster has only database 0`,
    );
  }
  return Object.freeze({
    location,
    username: optional("redis-username") ?? address.username,
    password: password ?? (fixed === undefined ? undefined : () => fixed),
    db,
    tls: optional("redis-tls") ?? address.tls ? tls : undefined,
    keyPrefix: readKeyPrefix(reader, location),
    batchSize: required("redis-batch-size"),
    flushInterval: required("redis-flush-interval") * 1000,
    snapshotInterval: required("snapshot-interval") * 1000,
    adopt: required("redis-adopt"),
  });
}

function readLocation(reader: Reader, environment: Environment): RedisLocation {
  const { optional, required } = reader;
  const addresses = required("redis-addr").map(({ host, port }) => Object.freeze({ host, port }));
  const sentinels = optional("redis-sentinels");
  const isCluster = required("redis-cluster");
  if (sentinels !== undefined && isCluster) {
    throw new UsageError("--redis-sentinels and --redis-cluster exclude each other");
  }
  if (sentinels !== undefined) {
    return Object.freeze({
      kind: "sentinel",
      sentinels: Object.freeze(sentinels),
      master: required("redis-sentinel-master"),
      login: Object.freeze({
        username: optional("redis-sentinel-username"),
        password: readPassword("redis-sentinel-password", reader, environment),
      }),
    });
  }
  if (isCluster) return Object.freeze({ kind: "cluster", nodes: Object.freeze(addresses) });
  const [address] = addresses;
  if (address === undefined || addresses.length > 1) {
    throw new UsageError("--redis-addr: several addresses need --redis-cluster");
  }
  return Object.freeze({ kind: "direct", address });
}

/** One hash tag keeps all keys of a Cluster in one slot, and so a batch and its fence in one script. */
function readKeyPrefix({ optional }: Reader, { kind }: RedisLocation): string {
  const prefix = optional("redis-key-prefix") ?? (kind === "cluster" ? "{astrolabe}:" : "astrolabe:");
  if (kind === "cluster" && !/^[^{]*\{[^}]+\}/.test(prefix)) {
    throw new UsageError(
      `--redis-key-prefix ${
        JSON.stringify(prefix)
      }: must have a hash tag with --redis-cluster, such as {astrolabe}:`,
    );
  }
  return prefix;
}

type PasswordOption = "redis-password" | "redis-sentinel-password";

/**
 * Returns the value of the option, or reads it each time from the file that the `_FILE` variable of the
 * option names.
 */
function readPassword(
  name: PasswordOption,
  { optional }: Reader,
  environment: Environment,
): (() => string) | undefined {
  const fixed = optional(name);
  if (fixed !== undefined) return () => fixed;
  const file = environment.get(`${OPTIONS[name].environment}_FILE`);
  return file ? () => readTextFile(file).trimEnd() : undefined;
}

function parse(option: Option<unknown>, source: string, text: string): unknown {
  try {
    return option.parse(text);
  } catch (cause) {
    const value = option.secret ? "" : ` ${JSON.stringify(text)}`;
    throw new UsageError(`${source}${value}: ${(cause as Error).message}`, { cause });
  }
}
