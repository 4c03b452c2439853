/**
 * All options: the only source for parsing, `--help` and the documentation. A flag overrides its environment
 * variable, which overrides the default. An empty variable counts as unset.
 */
import { parseCustomResources } from "../model/custom_resources.ts";
import { parseHost } from "../model/host.ts";
import { parseLabelSelector } from "../model/label_selector.ts";

export const COMMANDS = ["serve", "demo", "health", "version"] as const;

export type Command = typeof COMMANDS[number];

export interface Option<T> {
  readonly explanation: string;
  /** @throws {Error} with the form that a value must have. */
  readonly parse: (text: string) => T;
  /** The name of the value in `--help`. A switch has none; without a value it means true. */
  readonly value?: string;
  readonly environment?: string;
  /** The default, as on the command line. */
  readonly default?: string;
  /** The text of `--help` if there is no default. */
  readonly otherwise?: string;
  /** The only command with this option. If unset, all commands have it. */
  readonly only?: Command;
  readonly repeatable?: true;
  /** The value may contain a password, so no message repeats it. */
  readonly secret?: true;
  /** The variable is read elsewhere by kubectl's rules: it may list several files. */
  readonly delegated?: true;
}

export const OPTIONS = {
  "kubeconfig": {
    explanation: "the cluster's kubeconfig; beats a mounted service account",
    parse: text,
    value: "FILE",
    environment: "KUBECONFIG",
    delegated: true,
    otherwise: "kubectl's rules",
    only: "serve",
  },
  "context": {
    explanation: "context of the kubeconfig",
    parse: text,
    value: "NAME",
    otherwise: "the current one",
    only: "serve",
  },
  "in-cluster": {
    explanation: "use the Pod's service account",
    parse: boolean,
    otherwise: "where one is mounted",
    only: "serve",
  },
  "port": {
    explanation: "port of the HTTP API; 0 takes a free one",
    parse: integer({ from: 0, to: 65_535 }),
    value: "N",
    environment: "PORT",
    default: "8080",
  },
  "bind-address": {
    explanation: "address that the HTTP API listens on",
    parse: address,
    value: "ADDRESS",
    environment: "BIND_ADDRESS",
    default: "0.0.0.0",
  },
  "allowed-hosts": {
    explanation: "hosts that requests may name: a.example.com,*.example.org",
    parse: hosts,
    value: "HOSTS",
    environment: "ALLOWED_HOSTS",
    otherwise: "any; on a loopback bind its names",
  },
  "verify-interval": {
    explanation: "seconds between checks of each kind; 0: none",
    parse: integer({ from: 0 }),
    value: "SECONDS",
    environment: "VERIFY_INTERVAL",
    default: "21600",
  },
  "shutdown-delay": {
    explanation: "seconds to go on serving after SIGTERM",
    parse: integer({ from: 0, to: 3600 }),
    value: "SECONDS",
    environment: "SHUTDOWN_DELAY",
    default: "0",
  },
  "label-selector": {
    explanation: "limit the namespaced kinds",
    parse: labelSelector,
    value: "SELECTOR",
    environment: "LABEL_SELECTOR",
    otherwise: "none",
  },
  "namespace": {
    explanation: "track only this namespace, so that a Role is enough",
    parse: namespace,
    value: "NAME",
    repeatable: true,
    otherwise: "all",
  },
  "custom-resources": {
    explanation: "auto, none, or groups and resource.group with *",
    parse: parseCustomResources,
    value: "NAMES",
    environment: "CUSTOM_RESOURCES",
    default: "auto",
  },
  "enable-persistence": {
    explanation: "keep the graph in Redis, and start from it",
    parse: boolean,
    environment: "ENABLE_PERSISTENCE",
    default: "false",
  },
  "redis-addr": {
    explanation: "host:port, redis:// or rediss:// URL; nodes of a Cluster",
    parse: redisAddresses,
    value: "ADDRESS",
    environment: "REDIS_ADDR",
    default: "localhost:6379",
    secret: true,
  },
  "redis-username": {
    explanation: "user of Redis' access control list",
    parse: text,
    value: "NAME",
    environment: "REDIS_USERNAME",
    otherwise: "none",
  },
  "redis-password": {
    explanation: "password of Redis; or a file, $REDIS_PASSWORD_FILE",
    parse: text,
    value: "PASSWORD",
    environment: "REDIS_PASSWORD",
    otherwise: "none",
    secret: true,
  },
  "redis-db": {
    explanation: "number of the Redis database",
    parse: integer({ from: 0 }),
    value: "N",
    environment: "REDIS_DB",
    otherwise: "0",
  },
  "redis-tls": {
    explanation: "speak TLS to Redis",
    parse: boolean,
    environment: "REDIS_TLS",
    otherwise: "on with rediss://",
  },
  "redis-tls-ca": {
    explanation: "certificate authority of Redis",
    parse: text,
    value: "FILE",
    environment: "REDIS_TLS_CA",
    otherwise: "the system's",
  },
  "redis-tls-cert": {
    explanation: "client certificate for Redis",
    parse: text,
    value: "FILE",
    environment: "REDIS_TLS_CERT",
    otherwise: "none",
  },
  "redis-tls-key": {
    explanation: "key of the client certificate for Redis",
    parse: text,
    value: "FILE",
    environment: "REDIS_TLS_KEY",
    otherwise: "none",
  },
  "redis-sentinels": {
    explanation: "host:port,host:port of Sentinels, which name the Redis",
    parse: serverList,
    value: "ADDRESSES",
    environment: "REDIS_SENTINELS",
    otherwise: "none",
  },
  "redis-sentinel-master": {
    explanation: "name by which the Sentinels know the Redis",
    parse: text,
    value: "NAME",
    environment: "REDIS_SENTINEL_MASTER",
    default: "mymaster",
  },
  "redis-sentinel-username": {
    explanation: "user of the Sentinels' access control list",
    parse: text,
    value: "NAME",
    environment: "REDIS_SENTINEL_USERNAME",
    otherwise: "none",
  },
  "redis-sentinel-password": {
    explanation: "for Sentinels; or a file, $REDIS_SENTINEL_PASSWORD_FILE",
    parse: text,
    value: "PASSWORD",
    environment: "REDIS_SENTINEL_PASSWORD",
    otherwise: "none",
    secret: true,
  },
  "redis-cluster": {
    explanation: "use a Redis Cluster, of which --redis-addr names nodes",
    parse: boolean,
    environment: "REDIS_CLUSTER",
    default: "false",
  },
  "redis-key-prefix": {
    explanation: "start of all keys; in a Cluster it must have a hash tag",
    parse: text,
    value: "PREFIX",
    environment: "REDIS_KEY_PREFIX",
    otherwise: "astrolabe: or {astrolabe}:",
  },
  "redis-batch-size": {
    explanation: "keys that differ from Redis before they are written",
    parse: integer({ from: 1 }),
    value: "N",
    environment: "REDIS_BATCH_SIZE",
    default: "100",
  },
  "redis-flush-interval": {
    explanation: "most seconds between writes to Redis",
    parse: integer({ from: 1 }),
    value: "SECONDS",
    environment: "REDIS_FLUSH_INTERVAL",
    default: "30",
  },
  "snapshot-interval": {
    explanation: "seconds between checks of Redis; 0: only at shutdown",
    parse: integer({ from: 0 }),
    value: "SECONDS",
    environment: "SNAPSHOT_INTERVAL",
    default: "300",
  },
  "redis-adopt": {
    explanation: "take over a Redis database that holds another cluster",
    parse: boolean,
    default: "false",
  },
  "log-format": {
    explanation: "text or json",
    parse: logFormat,
    value: "FORMAT",
    environment: "LOG_FORMAT",
    default: "text",
  },
  "v": {
    explanation: "verbosity of the log",
    parse: integer({ from: 0 }),
    value: "N",
    default: "0",
  },
  "objects": {
    explanation: "size of the sample cluster",
    parse: integer({ from: 1 }),
    value: "N",
    default: "2000",
    only: "demo",
  },
  "redis": {
    explanation: "keep the graph for the next demo, in a Redis of its own",
    parse: boolean,
    default: "false",
    only: "demo",
  },
  "open": {
    explanation: "open the page in the browser",
    parse: boolean,
    default: "false",
    only: "demo",
  },
  "url": {
    explanation: "address to ask",
    parse: url,
    value: "URL",
    secret: true,
    otherwise: "/readyz on the port",
    only: "health",
  },
} satisfies Record<string, Option<unknown>>;

export type OptionName = keyof typeof OPTIONS;

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
}

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

const REDIS_PORT = 6_379;
const SENTINEL_PORT = 26_379;

function text(value: string): string {
  return value;
}

/** An IPv6 address may have the brackets of a URL. */
function address(value: string): string {
  if (value !== "") return value.replace(/^\[(.*)\]$/, "$1");
  throw new SyntaxError("must not be empty");
}

/** Hosts in their normal form. An empty list would allow none. */
function hosts(value: string): readonly string[] | "" {
  if (value === "") return "";
  return value.split(",").map((item) => {
    const text = item.trim();
    const wildcard = text.startsWith("*.") ? "*." : "";
    const host = text === "*" ? text : parseHost(text.slice(wildcard.length));
    if (host !== undefined && !/:[0-9]*$/.test(text.replace(/\[.*\]/, ""))) return wildcard + host;
    throw new SyntaxError(`must be hosts without ports, separated by commas; ${JSON.stringify(text)} is not`);
  });
}

/**
 * Parses a boolean as Go's flags do.
 *
 * @throws {SyntaxError} if it is neither true nor false.
 */
export function boolean(value: string): boolean {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(value)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(value)) return false;
  throw new SyntaxError("must be true or false");
}

function integer({ from, to = Number.MAX_SAFE_INTEGER }: { from: number; to?: number }) {
  const range = to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`;
  return (value: string): number => {
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (number >= from && number <= to) return number;
    throw new RangeError(`must be a whole number ${range}`);
  };
}

function labelSelector(value: string): string {
  parseLabelSelector(value);
  return value;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
function namespace(value: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value)) return value;
  throw new SyntaxError("must be the name of a namespace");
}

function logFormat(value: string): "text" | "json" {
  if (value === "text" || value === "json") return value;
  throw new SyntaxError("must be text or json");
}

function url(value: string): URL {
  const parsed = URL.parse(value);
  if (parsed?.protocol !== "http:" && parsed?.protocol !== "https:") {
    throw new SyntaxError("must be an http or https URL");
  }
  if (parsed.username || parsed.password) throw new SyntaxError("must not contain a password");
  return parsed;
}

function redisAddresses(value: string): RedisAddress[] {
  return value.split(",").map((address) => redisAddress(address.trim()));
}

function redisAddress(value: string): RedisAddress {
  const wrong = new SyntaxError("must be host:port, or a redis:// or rediss:// URL");
  const parsed = URL.parse(/^rediss?:\/\//.test(value) ? value : `redis://${value}`);
  if (!parsed?.hostname || !/^\/?\d*$/.test(parsed.pathname) || parsed.search || parsed.hash) throw wrong;
  const { hostname, port, protocol, username, password, pathname } = parsed;
  const db = pathname.slice(1);
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port || REDIS_PORT),
    tls: protocol === "rediss:",
    ...username && { username: decodeURIComponent(username) },
    ...password && { password: decodeURIComponent(password) },
    ...db && { db: Number(db) },
  };
}

function serverList(value: string): ServerAddress[] {
  return value.split(",").map((address) => {
    const wrong = new SyntaxError("must be host:port, or several separated by commas");
    const [, bracketed, name, port] =
      /^(?:\[([\da-fA-F:.]+)\]|([^\s:/@[\]]+))(?::(\d+))?$/.exec(address.trim()) ?? [];
    const host = bracketed ?? name;
    if (host === undefined || Number(port ?? SENTINEL_PORT) > 65_535) throw wrong;
    return { host, port: Number(port ?? SENTINEL_PORT) };
  });
}
