/**
 * Chooses the cluster and the user by kubectl's rules, and refuses what Astrolabe cannot do with them.
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
import { join } from "node:path";
import { readTextFile, reasonOf } from "../read_text_file.ts";
import { type Cluster, type KubeconfigFile, parseKubeconfig, type User } from "./kubeconfig_file.ts";

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

/** The cluster and the user of one context. */
export interface KubeConfig {
  readonly cluster: Cluster;
  readonly user: User;
}

const SERVICE_ACCOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
/** The API server's ports that speak plain HTTP. */
const PLAIN_PORTS = ["80", "8080", "8001"];

/** @throws {Error} whose one line names the file, context or field, and what is wrong with it. */
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
    cluster: { name: "inCluster", server, caFile: `${folder}/ca.crt` },
    user: { name: "inClusterUser", tokenFile: `${folder}/token` },
  };
}

function defaultFiles(): KubeconfigFile[] {
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

function readKubeconfig(path: string): KubeconfigFile {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (cause) {
    throw new Error(`kubeconfig ${(cause as Error).message}`, { cause });
  }
  try {
    return parseKubeconfig(text, path);
  } catch (cause) {
    throw new Error(`kubeconfig ${path} is broken: ${reasonOf(cause)}`, { cause });
  }
}

/** Finds the context's cluster and user. Where several files have the name, the first file wins. */
function chosen(files: readonly KubeconfigFile[], name: string): KubeConfig {
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
  // The address goes into logs and answers.
  if (/^(\w+:\/\/)?[^/?#]*@/.test(cluster.server)) {
    throw new Error(`${of}: its server has a password in it; put that into the user`);
  }
  if (!/^https?:\/\//.test(cluster.server)) {
    throw new Error(`${of}: server ${cluster.server} is no http(s) URL`);
  }
  if (cluster.skipTlsVerify && cluster.server.startsWith("https:")) {
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

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    // Reading the file reports whatever else is wrong with it.
    return !(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory);
  }
}
