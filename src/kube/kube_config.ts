/**
 * Finds the credentials by kubectl's rules and refuses what cannot be done with them. Reading them is
 * client-node's part, except for what it does otherwise than kubectl: of several files in KUBECONFIG
 * the first wins, those that are missing are passed over, and `tokenFile` is known.
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { load as parseYaml } from "js-yaml";
import { dirname, isAbsolute, join } from "node:path";

export interface KubeConfigOptions {
  /** Path of a kubeconfig. Beats a mounted service account; the variable KUBECONFIG does not. */
  readonly kubeconfig?: string | undefined;
  /** Instead of the kubeconfig's current context. */
  readonly context?: string | undefined;
  /** Use the service account mounted into the Pod. By default when there is one. */
  readonly inCluster?: boolean | undefined;
  /** Stands before the path of the mounted service account. */
  readonly root?: string;
}

const TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/** @throws {Error} in one line that says what is wrong with which file, context or field. */
export function loadKubeConfig(options: KubeConfigOptions): KubeConfig {
  const { kubeconfig, context, root = "" } = options;
  const mounted = kubeconfig === undefined && Deno.env.get("KUBERNETES_SERVICE_HOST") !== undefined &&
    exists(root + TOKEN_PATH);
  if (kubeconfig === undefined && (options.inCluster ?? mounted)) {
    if (!mounted) throw new Error("--in-cluster: no service account is mounted");
    if (context !== undefined) {
      throw new Error("--context needs a kubeconfig: add --kubeconfig, or --in-cluster=false");
    }
    const config = new KubeConfig();
    config.loadFromCluster(root);
    return config;
  }
  const config = merged(kubeconfig === undefined ? defaultFiles() : [readKubeconfig(kubeconfig)]);
  if (context !== undefined) config.setCurrentContext(context);
  check(config);
  return config;
}

function defaultFiles(): KubeConfig[] {
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

function readKubeconfig(path: string): KubeConfig {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (cause) {
    throw new Error(`kubeconfig ${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
  const config = new KubeConfig();
  try {
    const raw = (text.trim() === "" ? {} : parseYaml(text) ?? {}) as RawKubeconfig;
    if (typeof raw !== "object") throw new SyntaxError("it is no mapping");
    for (const list of [raw.clusters, raw.contexts, raw.users]) {
      if (!Array.isArray(list ?? [])) throw new SyntaxError("clusters, contexts and users must be lists");
      if (list?.some((entry) => typeof entry?.name !== "string")) {
        throw new SyntaxError("an entry has no name");
      }
    }
    for (const { user } of raw.users ?? []) {
      if (user?.tokenFile !== undefined) {
        user["auth-provider"] = { name: "tokenFile", config: { tokenFile: within(path, user.tokenFile) } };
        delete user["token"];
      }
      if (user?.exec?.command?.includes("/")) user.exec.command = within(path, user.exec.command);
    }
    config.loadFromString(JSON.stringify(raw));
  } catch (cause) {
    throw new Error(`kubeconfig ${path} is broken: ${reasonOf(cause)}`, { cause });
  }
  config.makePathsAbsolute(dirname(path));
  return config;
}

interface RawKubeconfig {
  clusters?: { name?: unknown }[];
  contexts?: { name?: unknown }[];
  users?: {
    name?: unknown;
    user?: { [field: string]: unknown; tokenFile?: string; exec?: { command?: string } } | null;
  }[];
}

/** The first file that names a cluster, a user, a context or the current context decides. */
function merged(files: KubeConfig[]): KubeConfig {
  const all = new KubeConfig();
  all.loadFromOptions({
    clusters: firstOfEachName(files.flatMap((file) => file.clusters)),
    users: firstOfEachName(files.flatMap((file) => file.users)),
    contexts: firstOfEachName(files.flatMap((file) => file.contexts)),
    currentContext: files.map((file) => file.currentContext).find(Boolean) ?? "",
  });
  return all;
}

function firstOfEachName<T extends { readonly name: string }>(items: T[]): T[] {
  return items.filter(({ name }, index) => items.findIndex((other) => other.name === name) === index);
}

function check(config: KubeConfig): void {
  const name = config.currentContext;
  const context = config.contexts.find((context) => context.name === name);
  if (!context) {
    const names = config.contexts.map(({ name }) => name).join(", ");
    const known = names === "" ? "no contexts" : names;
    throw new Error(
      name === ""
        ? `the kubeconfig has no current context: add --context (it has ${known})`
        : `unknown context ${JSON.stringify(name)}: the kubeconfig has ${known}`,
    );
  }
  const cluster = config.clusters.find((cluster) => cluster.name === context.cluster);
  if (!cluster) throw new Error(`context "${name}": the kubeconfig has no cluster "${context.cluster}"`);
  if (context.user && !config.users.some((user) => user.name === context.user)) {
    throw new Error(`context "${name}": the kubeconfig has no user "${context.user}"`);
  }
  const of = `cluster "${cluster.name}"`;
  // The address goes into logs and answers.
  if (/^(\w+:\/\/)?[^/?#]*@/.test(cluster.server)) {
    throw new Error(`${of}: its server has a password in it; put that into the user`);
  }
  if (!/^https?:\/\//.test(cluster.server)) {
    throw new Error(`${of}: server ${cluster.server} is no http(s) URL`);
  }
  if (cluster.skipTLSVerify && cluster.server.startsWith("https:")) {
    throw new Error(
      `${of}: insecure-skip-tls-verify is not supported; put the cluster's CA into certificate-authority-data`,
    );
  }
  if (cluster.tlsServerName) {
    throw new Error(
      `${of}: tls-server-name is not supported; use a server address that the certificate is made for`,
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
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return (message.split("\n")[0] ?? "").replace(/: (open|readfile) '.*'$/, "");
}
