/**
 * The user's own bearer token, which the plugin sends to an Astrolabe that asks for one. It is worth as much as
 * the user, so it goes only where nobody else can have put a server: to a URL that the user has named, over TLS or
 * on this machine, and to the Service in the namespace of the manifests. Whoever may create a Service in another
 * namespace could otherwise collect the tokens of all who look for Astrolabe.
 */
import type { Flags } from "./command_line.ts";
import { PluginError } from "./plugin_error.ts";

/** The namespace of the manifests, which only an administrator can create. */
export const OWN_NAMESPACE = "astrolabe-system";

/** How the user of a kubeconfig logs in. */
export interface Login {
  readonly token: string | undefined;
  readonly hasCertificate: boolean;
}

type Cluster = Pick<Flags, "kubeconfig" | "context">;

/** Returns the token of the kubeconfig. @throws {PluginError} if it has none. */
export async function tokenOf(
  { kubeconfig, context }: Cluster,
  login: (cluster: Cluster) => Promise<Login>,
): Promise<string> {
  const { token, hasCertificate } = await login({ kubeconfig, context }).catch((error) => {
    throw new PluginError(error instanceof Error ? error.message : String(error));
  });
  if (token !== undefined) return token;
  const how = hasCertificate ? "logs in with a client certificate" : "has no bearer token";
  throw new PluginError(
    `Astrolabe needs a bearer token, and your kubeconfig ${how}: use --local, or name a token with --token`,
  );
}

/** Reports whether nobody on the way can read what is sent to a URL. */
export function isPrivate(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  return protocol === "https:" || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname ?? "");
}

export function refuseToSend(): Promise<string> {
  return Promise.reject(
    new PluginError(
      "Astrolabe needs a bearer token, and yours is not sent without TLS: name one with --token",
    ),
  );
}

export function refuseToSendTo(namespace: string, name: string): Promise<string> {
  return Promise.reject(
    new PluginError(
      `the Service ${namespace}/${name} asks for a bearer token, and yours is sent unasked only to one in ` +
        `${OWN_NAMESPACE}: if you trust it, name a token with --token`,
    ),
  );
}
