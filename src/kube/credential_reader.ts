/**
 * Reads the credentials of a kubeconfig's user: a token, a token file, a password, a client certificate, or
 * the answer of an exec plugin, which client-node runs. Of the auth provider `oidc`, only the ID token that
 * the file holds is used: kubectl refreshes it.
 */
import { ExecAuth } from "@kubernetes/client-node/dist/exec_auth.js";
import type { User } from "@kubernetes/client-node/dist/config_types.js";
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

/** The fields that client-node fills in from the answer of a plugin. */
interface PluginAnswer {
  readonly headers: Record<string, string>;
  readonly cert?: string;
  readonly key?: string;
}

export class CredentialReader {
  readonly #config: KubeConfig;
  /** Keeps what the plugin answered until it expires. */
  readonly #plugin = new ExecAuth();

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** @throws {ConnectionError} if the credentials cannot be read or sent. */
  async read(): Promise<Credentials> {
    const { cluster, user } = this.#config;
    try {
      const answer: PluginAnswer = { headers: {} };
      if (this.#plugin.isAuthProvider(user)) await this.#plugin.applyAuthentication(user, answer);
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
      // Headers repeats a value that it refuses, and the value is the token: leave out message and cause.
      if (/header value|ByteString/.test(why)) {
        throw new ConnectionError(
          `${of} cannot be sent: a token or password has characters that no header may`,
        );
      }
      throw new ConnectionError(`${of} cannot be had: ${why.split("\n")[0]}`, { cause });
    }
  }
}

function authorizationOf(user: User): string | undefined {
  const { token, username, password = "" } = user;
  const { name, config = {} }: AuthProvider = user.authProvider ?? {};
  // Editors put a newline at the end of a token file.
  if (config.tokenFile) return `Bearer ${Deno.readTextFileSync(config.tokenFile).trim()}`;
  if (username) return `Basic ${new TextEncoder().encode(`${username}:${password}`).toBase64()}`;
  if (token) return `Bearer ${token}`;
  if (name === "oidc" && config["id-token"]) return `Bearer ${config["id-token"]}`;
  return undefined;
}

function pem(file: string | undefined, data: string | undefined): string | undefined {
  if (file) return Deno.readTextFileSync(file);
  return data ? new TextDecoder().decode(Uint8Array.fromBase64(data)) : undefined;
}
