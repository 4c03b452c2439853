import { readTextFile, reasonOf } from "../read_text_file.ts";
import { ConnectionError } from "./errors.ts";
import { ExecPlugin } from "./exec_plugin.ts";
import type { KubeConfig } from "./kube_config.ts";
import type { User } from "./kubeconfig_file.ts";

export interface Credentials {
  readonly headers: Record<string, string>;
  /** Certificates and key in PEM. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * Reads the credentials of a kubeconfig's user: a token, a token file, a password, a client certificate, or
 * the answer of an exec plugin.
 */
export class CredentialReader {
  readonly #config: KubeConfig;
  readonly #plugin: ExecPlugin | undefined;

  constructor(config: KubeConfig) {
    const { cluster, user } = config;
    this.#config = config;
    this.#plugin = user.exec && new ExecPlugin(user.exec, cluster);
  }

  /** @throws {ConnectionError} if the credentials cannot be read or sent. */
  async read(): Promise<Credentials> {
    const { cluster, user } = this.#config;
    try {
      const { token, cert, key } = await this.#plugin?.read() ?? {};
      const headers = new Headers();
      const authorization = authorizationOf(user) ?? (token && `Bearer ${token}`);
      if (authorization) headers.set("authorization", authorization);
      if (user.impersonate) headers.set("impersonate-user", user.impersonate);
      return {
        headers: Object.fromEntries(headers),
        ca: pem(cluster.caFile, cluster.caData),
        cert: cert ?? pem(user.certFile, user.certData),
        key: key ?? pem(user.keyFile, user.keyData),
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
      throw new ConnectionError(`${of} cannot be had: ${reasonOf(cause)}`, { cause });
    }
  }
}

function authorizationOf({ token, tokenFile, username, password = "" }: User): string | undefined {
  // Editors put a newline at the end of a token file.
  if (tokenFile) return `Bearer ${readTextFile(tokenFile).trim()}`;
  if (username) return `Basic ${new TextEncoder().encode(`${username}:${password}`).toBase64()}`;
  return token && `Bearer ${token}`;
}

function pem(file: string | undefined, data: string | undefined): string | undefined {
  if (file) return readTextFile(file);
  return data && new TextDecoder().decode(Uint8Array.fromBase64(data));
}
