/**
 * Explains errors of Redis clients and servers. It never passes on the errors themselves: they contain the
 * command, which may contain the password.
 */
// Some servers put the code after the name of the script in which a command failed.
const MEANINGS: readonly [code: RegExp, meaning: string][] = [
  [/\bREADONLY\b/, "it is a replica"],
  [/\bMISCONF\b/, "it cannot write to its disk"],
  [/\bOOM\b/, "out of memory (maxmemory reached)"],
  [/\bLOADING\b/, "it is loading its data"],
  [/\bNOREPLICAS\b/, "its replicas are missing"],
  [/\bMASTERDOWN\b/, "it is a replica without a connection to its master"],
  [/\bMOVED\b/, "another node of the Redis Cluster has the keys; --redis-cluster follows them"],
  [/\b(ASK|TRYAGAIN)\b/, "the Redis Cluster is moving the keys to another node"],
  [/\bCLUSTERDOWN\b/, "the Redis Cluster is down: it does not serve all slots"],
  [
    /\bCROSSSLOT\b/,
    "it shards its keys; use --redis-cluster, or --redis-key-prefix with a hash tag such as {astrolabe}:",
  ],
  [/cluster support disabled/, "it is not a node of a Redis Cluster"],
  [/unknown command [`']?SENTINEL/i, "it is not a Sentinel"],
  [/\bNOAUTH\b/, "it needs a password"],
  [/\bWRONGPASS\b/, "it rejects the user or the password"],
  [/without any password configured/, "it has no password, but one was given"],
  [
    /self-signed certificate|unable to get|unable to verify|UnknownIssuer/,
    "its certificate is signed by an unknown authority",
  ],
  [/CertificateRequired/, "it needs a client certificate"],
  [/ECONNREFUSED/, "nothing listens there"],
  [/ENOTFOUND|EAI_AGAIN/, "its name cannot be resolved"],
  [/ECONNRESET|EPIPE|Connection is closed|Stream isn't writeable/, "the connection was lost"],
  [/ETIMEDOUT|Socket timeout/, "it does not answer"],
];

/**
 * Reports whether the connection must be replaced: it is closed, or a new one may reach another server or use
 * another password.
 */
export function endsConnection(error: unknown): boolean {
  return /\b(READONLY|MASTERDOWN|MOVED|CLUSTERDOWN|NOAUTH)\b|^Connection is closed|^Stream isn't writeable/
    .test(
      messageOf(error),
    );
}

/** Reports whether a Redis Cluster is moving the key's slot from the node that was asked to another one. */
export function isBeingMoved(error: unknown): boolean {
  return /\b(ASK|TRYAGAIN)\b/.test(messageOf(error));
}

/**
 * Returns a handler of errors that gives `otherwise` if Redis refused the command. Managed services and access
 * control lists may refuse commands that only serve a check or a better message.
 */
export function ifRefused<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if (/^(NOPERM|ERR)/.test(messageOf(error))) return otherwise;
    throw error;
  };
}

/** @param what The failure, such as `Redis rejected the write`. */
export function explainRedisError(what: string, error: unknown): Error {
  const message = messageOf(error);
  const meaning = MEANINGS.find(([code]) => code.test(message))?.[1];
  return new Error(`${what}: ${meaning ?? message.replace(/^ERR /, "")}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
