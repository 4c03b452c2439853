/**
 * The names of all keys. They are part of the contract, since users' tools read them too. If the user
 * configures another prefix than `astrolabe:`, the Redis store replaces this one.
 */

export const KEY_PREFIX = "astrolabe:";
export const NODE_PREFIX = "astrolabe:node:";
export const EDGE_PREFIX = "astrolabe:edge:";
export const INDEX_PREFIX = "astrolabe:index:";
export const METADATA_KEY = "astrolabe:metadata";
export const LEASE_KEY = "astrolabe:lease";

const UID_LENGTH = 36;

/** Reports whether this version knows such keys. */
export function isKnownKey(key: string): boolean {
  return key.startsWith(NODE_PREFIX) || key.startsWith(EDGE_PREFIX) || key.startsWith(INDEX_PREFIX) ||
    key === METADATA_KEY || key === LEASE_KEY;
}

export function nodeKey(uid: string): string {
  return NODE_PREFIX + uid;
}

export function edgeKey(from: string, to: string): string {
  return `${EDGE_PREFIX}${from}:${to}`;
}

export function kindSetKey(namespace: string, kind: string): string {
  return `${INDEX_PREFIX}ns-kind:${namespace}:${kind}`;
}

export function releaseSetKey(release: string): string {
  return `${INDEX_PREFIX}helm-release:${release}`;
}

export function uidOfNodeKey(key: string): string {
  return key.slice(NODE_PREFIX.length);
}

/** Yields the pairs of uids that a relation's key may stand for: one, unless a uid has a colon in it. */
export function* uidsOfEdgeKey(key: string): Iterable<readonly [from: string, to: string]> {
  const uids = key.slice(EDGE_PREFIX.length);
  if (uids.length === UID_LENGTH * 2 + 1 && uids[UID_LENGTH] === ":") {
    yield [uids.slice(0, UID_LENGTH), uids.slice(UID_LENGTH + 1)];
    return;
  }
  for (let at = uids.indexOf(":"); at >= 0; at = uids.indexOf(":", at + 1)) {
    yield [uids.slice(0, at), uids.slice(at + 1)];
  }
}
