/**
 * All options: the only source for parsing, `--help` and the documentation. A flag overrides its environment
 * variable, which overrides the default. An empty variable counts as unset.
 */
import { parseCustomResources } from "../model/custom_resources.ts";
import {
  address,
  boolean,
  hosts,
  integer,
  labelSelector,
  namespace,
  oneOf,
  redisAddresses,
  serverList,
  text,
  url,
} from "./values.ts";

export const COMMANDS = ["serve", "demo", "check-config", "health", "version"] as const;

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
  /** The only commands with this option. If unset, all commands have it. */
  readonly only?: readonly Command[];
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
    only: ["serve", "check-config"],
  },
  "context": {
    explanation: "context of the kubeconfig",
    parse: text,
    value: "NAME",
    otherwise: "the current one",
    only: ["serve", "check-config"],
  },
  "in-cluster": {
    explanation: "use the Pod's service account",
    parse: boolean,
    otherwise: "where one is mounted",
    only: ["serve", "check-config"],
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
  "auth": {
    explanation: "who may ask: none (all), token or kubernetes (RBAC)",
    parse: oneOf(["none", "token", "kubernetes"] as const),
    value: "MODE",
    environment: "AUTH",
    default: "none",
  },
  "auth-token-file": {
    explanation: "file with a name:token a line, for --auth token",
    parse: text,
    value: "FILE",
    environment: "AUTH_TOKEN_FILE",
    otherwise: "none",
  },
  "metrics-open": {
    explanation: "answer /metrics without a token",
    parse: boolean,
    environment: "METRICS_OPEN",
    default: "false",
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
  "config": {
    explanation: "relations and status of more kinds; read at the start",
    parse: text,
    value: "FILE",
    environment: "CONFIG",
    otherwise: "none",
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
    parse: oneOf(["text", "json"] as const),
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
    only: ["demo"],
  },
  "redis": {
    explanation: "keep the graph for the next demo, in a Redis of its own",
    parse: boolean,
    default: "false",
    only: ["demo"],
  },
  "open": {
    explanation: "open the page in the browser",
    parse: boolean,
    default: "false",
    only: ["demo"],
  },
  "url": {
    explanation: "address to ask",
    parse: url,
    value: "URL",
    secret: true,
    otherwise: "/readyz on the port",
    only: ["health"],
  },
} satisfies Record<string, Option<unknown>>;

export type OptionName = keyof typeof OPTIONS;
