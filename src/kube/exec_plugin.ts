import { readTextFile } from "../read_text_file.ts";
import type { Cluster, ExecConfig } from "./kubeconfig_file.ts";

export interface PluginCredentials {
  readonly token?: string | undefined;
  /** PEM. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

const DEFAULT_API_VERSION = "client.authentication.k8s.io/v1";

/**
 * Runs a kubeconfig's exec plugin and keeps the credentials that it answers until they expire.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export class ExecPlugin {
  readonly #config: ExecConfig;
  readonly #info: string;
  #credentials: PluginCredentials = {};
  #expires = -Infinity;

  constructor(config: ExecConfig, cluster: Cluster) {
    this.#config = config;
    this.#info = JSON.stringify({
      apiVersion: config.apiVersion ?? DEFAULT_API_VERSION,
      kind: "ExecCredential",
      spec: {
        interactive: false,
        ...(config.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}),
      },
    });
  }

  /** @throws {Error} if the plugin cannot be run, fails, or does not answer credentials. */
  async read(): Promise<PluginCredentials> {
    if (Date.now() < this.#expires) return this.#credentials;
    const { command, args, env } = this.#config;
    const { success, code, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      env: { ...env, KUBERNETES_EXEC_INFO: this.#info },
      stdin: "null",
    }).output();
    if (!success) {
      const why = new TextDecoder().decode(stderr).trim().split("\n")[0];
      throw new Error(`the plugin ${command} ended with ${code}${why ? `: ${why}` : ""}`);
    }
    const { status } = answerOf(stdout, command);
    const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
    this.#credentials = { token, cert, key };
    this.#expires = expirationTimestamp === undefined ? Infinity : Date.parse(expirationTimestamp);
    return this.#credentials;
  }
}

interface Answer {
  readonly status: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

/** Names the plugin in errors but never repeats its output, which may contain a token. */
function answerOf(stdout: Uint8Array, command: string): Answer {
  try {
    const answer = JSON.parse(new TextDecoder().decode(stdout));
    if (typeof answer?.status === "object" && answer.status !== null) return answer;
  } catch {
    // The text is not JSON.
  }
  throw new Error(`the plugin ${command} did not answer an ExecCredential with a status`);
}

function clusterInfo({ server, caFile, caData }: Cluster): object {
  const ca = caFile === undefined ? caData : new TextEncoder().encode(readTextFile(caFile)).toBase64();
  return { server, ...(ca === undefined ? {} : { "certificate-authority-data": ca }), config: null };
}
