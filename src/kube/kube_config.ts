/**
 * Chooses the cluster and the user by kubectl's rules, and refuses settings that Astrolabe does not support.
 * client-node reads the entries. Its `config.js` is not used, because it imports an HTTP client, SOCKS
 * proxies and the classes of the whole Kubernetes API.
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
import {
  type Cluster,
  type Context,
  newClusters,
  newContexts,
  newUsers,
  type User,
} from "@kubernetes/client-node/dist/config_types.js";
import { load as parseYaml } from "js-yaml";
import { dirname, isAbsolute, join } from "node:path";
import { readTextFile, reasonOf } from "../read_text_file.ts";

export interface KubeConfigOptions {
  /**
   * The path of a kubeconfig. It takes precedence over a mounted service account; the variable KUBECONFIG
   * does not.
   */
  readonly kubeconfig?: string | undefined;
  /** The context to use instead of the current context. */
  readonly context?: string | undefined;
  /**
   * Whether to use the service account that is mounted into the Pod. The default is to use it if there is
   * one.
   */
  readonly inCluster?: boolean | undefined;
  /** A prefix of the path of the mounted service account. */
  readonly root?: string;
}

/** The cluster and the user of one context. */
export interface KubeConfig {
  readonly cluster: Cluster;
  readonly user: User;
}

const SERVICE_ACCOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
/** The API server's ports that speak plain HTTP. */
const PLAIN_PORTS = ["80", "8080", "8001"];

/** @throws {Error} with one line that names the file, context or field, and the fault. */
export function loadKubeConfig(options: KubeConfigOptions): KubeConfig {
  const { kubeconfig, context, root = "" } = options;
  const mounted = kubeconfig === undefined && Deno.env.get("KUBERNETES_SERVICE_HOST") !== undefined &&
    exists(`${root}${SERVICE_ACCOUNT_PATH}/token`);
  if (kubeconfig === undefined && (options.inCluster ?? mounted)) {
    if (!mounted) throw new Error("--in-cluster: no service account is mounted");
    if (context !== undefined) {
      throw new Error("--context needs a kubeconfig: add --kubeconfig, or --in-cluster=false");
    }
    return inCluster(root + SERVICE_ACCOUNT_PATH);
  }
  const files = kubeconfig === undefined ? defaultFiles() : [readKubeconfig(kubeconfig)];
  const config = chosen(
    files,
    context ?? files.map(({ currentContext }) => currentContext).find(Boolean) ?? "",
  );
  check(config.cluster);
  return config;
}

function inCluster(folder: string): KubeConfig {
  const host = Deno.env.get("KUBERNETES_SERVICE_HOST") ?? "";
  const port = Deno.env.get("KUBERNETES_SERVICE_PORT") ?? "";
  const scheme = PLAIN_PORTS.includes(port) ? "http" : "https";
  const server = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return {
    cluster: { name: "inCluster", server, caFile: `${folder}/ca.crt`, skipTLSVerify: false },
    user: { name: "inClusterUser", authProvider: tokenFileProvider(`${folder}/token`) },
  };
}

/** A kubeconfig file. */
interface KubeConfigFile {
  readonly clusters: readonly Cluster[];
  readonly users: readonly User[];
  readonly contexts: readonly Context[];
  readonly currentContext: string;
}

function defaultFiles(): KubeConfigFile[] {
  const variable = Deno.env.get("KUBECONFIG") ?? "";
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? "";
  const paths = variable === "" ? [join(home, ".kube", "config")] : variable.split(separator).filter(Boolean);
  const found = paths.filter(exists);
  if (found.length === 0) {
    throw new Error(
      `there is no kubeconfig: ${paths.join(", ")} ${paths.length > 1 ? "do" : "does"} not exist; ` +
        "add --kubeconfig or set KUBECONFIG",
    );
  }
  return found.map(readKubeconfig);
}

function readKubeconfig(path: string): KubeConfigFile {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (cause) {
    throw new Error(`kubeconfig ${(cause as Error).message}`, { cause });
  }
  try {
    const raw = (text.trim() === "" ? {} : parseYaml(text) ?? {}) as RawKubeconfig;
    if (typeof raw !== "object") throw new SyntaxError("it is not a mapping");
    for (const list of [raw.clusters, raw.contexts, raw.users]) {
      if (!Array.isArray(list ?? [])) throw new SyntaxError("clusters, contexts and users must be lists");
      if (list?.some((entry) => typeof entry?.name !== "string")) {
        throw new SyntaxError("an entry has no name");
      }
    }
    for (const { user } of raw.users ?? []) {
      if (user?.tokenFile !== undefined) {
        user["auth-provider"] = tokenFileProvider(within(path, user.tokenFile));
        delete user["token"];
      }
      if (user?.exec?.command?.includes("/")) user.exec.command = within(path, user.exec.command);
    }
    const clusters = newClusters(raw.clusters);
    const users = newUsers(raw.users);
    for (const cluster of clusters) {
      if (cluster.caFile) cluster.caFile = within(path, cluster.caFile);
    }
    for (const user of users) {
      if (user.certFile) user.certFile = within(path, user.certFile);
      if (user.keyFile) user.keyFile = within(path, user.keyFile);
    }
    const currentContext = String(raw["current-context"] ?? "");
    return { clusters, users, contexts: newContexts(raw.contexts), currentContext };
  } catch (cause) {
    throw new Error(`kubeconfig ${path} is broken: ${reasonOf(cause)}`, { cause });
  }
}

/** The form in which client-node stores the path of a token file. */
function tokenFileProvider(tokenFile: string): { name: string; config: { tokenFile: string } } {
  return { name: "tokenFile", config: { tokenFile } };
}

interface RawKubeconfig {
  "current-context"?: unknown;
  clusters?: { name?: unknown }[];
  contexts?: { name?: unknown }[];
  users?: {
    name?: unknown;
    user?: { [field: string]: unknown; tokenFile?: string; exec?: { command?: string } } | null;
  }[];
}

/** Finds the context's cluster and user. If several files contain the name, the first file wins. */
function chosen(files: readonly KubeConfigFile[], name: string): KubeConfig {
  const contexts = files.flatMap(({ contexts }) => contexts);
  const context = contexts.find((context) => context.name === name);
  if (!context) {
    const names = Array.from(new Set(contexts.map(({ name }) => name))).join(", ");
    const known = names === "" ? "no contexts" : names;
    throw new Error(
      name === ""
        ? `the kubeconfig has no current context: add --context (it has ${known})`
        : `unknown context ${JSON.stringify(name)}: the kubeconfig has ${known}`,
    );
  }
  const cluster = files.flatMap(({ clusters }) => clusters).find(({ name }) => name === context.cluster);
  if (!cluster) throw new Error(`context "${name}": the kubeconfig has no cluster "${context.cluster}"`);
  const user = files.flatMap(({ users }) => users).find(({ name }) => name === context.user);
  if (context.user && !user) {
    throw new Error(`context "${name}": the kubeconfig has no user "${context.user}"`);
  }
  return { cluster, user: user ?? { name: "" } };
}

function check(cluster: Cluster): void {
  const of = `cluster "${cluster.name}"`;
  // The address appears in logs and answers.
  if (/^(\w+:\/\/)?[^/?#]*@/.test(cluster.server)) {
    throw new Error(`${of}: its server contains a password; move it to the user`);
  }
  if (!/^https?:\/\//.test(cluster.server)) {
    throw new Error(`${of}: server ${cluster.server} is not an http(s) URL`);
  }
  if (cluster.skipTLSVerify && cluster.server.startsWith("https:")) {
    throw new Error(
      `${of}: insecure-skip-tls-verify is not supported; put the cluster's CA into certificate-authority-data`,
    );
  }
  if (cluster.tlsServerName) {
    throw new Error(
      `${of}: tls-server-name is not supported; use a server address that is in the certificate`,
    );
  }
  if (cluster.proxyUrl) {
    throw new Error(`${of}: proxy-url is not supported; set the variable HTTPS_PROXY instead`);
  }
}

function within(kubeconfig: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(kubeconfig), path);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    // Other faults of the file are reported when it is read.
    return !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory);
  }
}
