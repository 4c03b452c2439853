import type { Config } from "./cli/config.ts";
import { CredentialReader } from "./kube/credential_reader.ts";
import { loadKubeConfig } from "./kube/kube_config.ts";

/** How the user of a kubeconfig logs in, as far as it matters to other servers than the API server. */
export interface Login {
  /** The bearer token, of an exec plugin or an identity provider too. Undefined without one. */
  readonly token: string | undefined;
  readonly hasCertificate: boolean;
}

/** @throws {Error} if the credentials cannot be read. */
export async function readLogin(cluster: Pick<Config, "kubeconfig" | "context">): Promise<Login> {
  const { headers, cert } = await new CredentialReader(loadKubeConfig(cluster)).read();
  const [, token] = /^Bearer (.+)$/.exec(headers.authorization ?? "") ?? [];
  return { token, hasCertificate: cert !== undefined };
}
