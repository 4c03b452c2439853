import type { Access } from "./access/access.ts";
import type { GrantedNamespaces, Identity } from "./access/granted_namespaces.ts";
import { KubernetesAccess } from "./access/kubernetes_access.ts";
import { TokenFileAccess } from "./access/token_file_access.ts";
import type { Config } from "./cli/config.ts";
import type { GraphReader } from "./graph/queries/reader.ts";
import type { KubeClient } from "./kube/client.ts";
import { Reviews } from "./kube/reviews.ts";
import type { Logger } from "./log.ts";
import { systemClock } from "./model/clock.ts";
import { hostPort, isLoopback, parseHost } from "./model/host.ts";
import { readTextFile } from "./read_text_file.ts";

interface AccessParts {
  readonly graph: GraphReader;
  readonly client: KubeClient;
  readonly granted: GrantedNamespaces;
  readonly log: Logger;
}

/**
 * Returns what admits requests, if not everybody may ask.
 *
 * @throws {Error} if the file of tokens cannot be read.
 */
export function makeAccess(
  { auth, bindAddress }: Config,
  { graph, client, granted, log }: AccessParts,
): Access | undefined {
  if (auth.mode === "token") {
    return new TokenFileAccess({ graph, path: auth.file, read: readTextFile, clock: systemClock, log });
  }
  if (auth.mode === "kubernetes") {
    const namespaces = (identity: Identity) => granted.of(identity);
    const reviews = new Reviews({ client, clock: systemClock });
    return new KubernetesAccess({ graph, reviews, namespaces, clock: systemClock, log });
  }
  if (!isLoopback(parseHost(hostPort(bindAddress, 0)) ?? "")) {
    log.warn("Whoever reaches the port sees the whole cluster; --auth limits that", { address: bindAddress });
  }
  return undefined;
}
