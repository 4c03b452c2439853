/**
 * Reads the credentials of a kubeconfig's user: a token, a token file, a password, a client certificate, or
 * the answer of an exec plugin, which client-node runs. Of the auth provider `oidc`, it uses only the ID
 * token in the file, which kubectl refreshes.
 */
import { ExecAuth } from "@kubernetes/client-node/dist/exec_auth.js";
import type { Cluster, User } from "@kubernetes/client-node/dist/config_types.js";
import { readTextFile, reasonOf } from "../read_text_file.ts";
import { ConnectionError } from "./errors.ts";
import type { KubeConfig } from "./kube_config.ts";

export interface Credentials {
  readonly headers: Record<string, string>;
  /** Certificates and key in PEM. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

interface AuthProvider {
  readonly name?: string;
  readonly config?: { readonly tokenFile?: string; readonly "id-token"?: string };
}

/** The `exec` entry of a kubeconfig's user. */
interface ExecConfig {
  readonly apiVersion?: string;
  readonly provideClusterInfo?: boolean;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
}

/** The fields that client-node fills in from the answer of a plugin. */
interface PluginAnswer {
  readonly headers: Record<string, string>;
  readonly cert?: string;
  readonly key?: string;
}

export class CredentialReader {
  readonly #config: KubeConfig;
  /** Keeps the answer of the plugin until it expires. */
  readonly #plugin = new ExecAuth();

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** @throws {ConnectionError} if the credentials cannot be read or sent. */
  async read(): Promise<Credentials> {
    const { cluster, user } = this.#config;
    try {
      const answer: PluginAnswer = { headers: {} };
      if (this.#plugin.isAuthProvider(user)) {
        await this.#plugin.applyAuthentication(withExecInfo(user, cluster), answer);
      }
      const headers = new Headers(answer.headers);
      const authorization = authorizationOf(user);
      if (authorization !== undefined) headers.set("authorization", authorization);
      if (user.impersonateUser) headers.set("impersonate-user", user.impersonateUser);
      return {
        headers: Object.fromEntries(headers),
        ca: pem(cluster.caFile, cluster.caData),
        cert: answer.cert ?? pem(user.certFile, user.certData),
        key: answer.key ?? pem(user.keyFile, user.keyData),
      };
    } catch (cause) {
      const of = `the credentials of user "${user.name}"`;
      const why = cause instanceof Error ? cause.message.trim() : String(cause);
      // The error of Headers contains the refused value, which is the token. Leave out its message and the
      // cause.
      if (/header value|ByteString/.test(why)) {
        throw new ConnectionError(
          `${of} cannot be sent: a token or password has characters that a header cannot contain`,
        );
      }
      // The same holds for JSON.parse and the answer of a plugin.
      if (cause instanceof SyntaxError) {
        throw new ConnectionError(
          `${of} cannot be read: the plugin did not return an ExecCredential in JSON`,
        );
      }
      throw new ConnectionError(`${of} cannot be read: ${reasonOf(cause)}`, { cause });
    }
  }
}

/**
 * Returns the user with the variable that client-node does not set for a plugin.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
function withExecInfo(user: User, cluster: Cluster): User {
  const exec: ExecConfig | undefined = user.exec;
  if (!exec) return user;
  const info = JSON.stringify({
    apiVersion: exec.apiVersion ?? "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    spec: { interactive: false, cluster: exec.provideClusterInfo ? clusterInfo(cluster) : undefined },
  });
  return {
    ...user,
    exec: { ...exec, env: [...exec.env ?? [], { name: "KUBERNETES_EXEC_INFO", value: info }] },
  };
}

function clusterInfo({ server, caFile, caData }: Cluster): object {
  const ca = caFile ? new TextEncoder().encode(readTextFile(caFile)).toBase64() : caData;
  return { server, "certificate-authority-data": ca, config: null };
}

function authorizationOf(user: User): string | undefined {
  const { token, username, password = "" } = user;
  const { name, config = {} }: AuthProvider = user.authProvider ?? {};
  // Editors put a newline at the end of a token file.
  if (config.tokenFile) return `Bearer ${readTextFile(config.tokenFile).trim()}`;
  if (username) return `Basic ${new TextEncoder().encode(`${username}:${password}`).toBase64()}`;
  if (token) return `Bearer ${token}`;
  if (name === "oidc" && config["id-token"]) return `Bearer ${config["id-token"]}`;
  return undefined;
}

function pem(file: string | undefined, data: string | undefined): string | undefined {
  if (file) return readTextFile(file);
  return data ? new TextDecoder().decode(Uint8Array.fromBase64(data)) : undefined;
}
