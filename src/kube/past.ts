/**
 * Proves, before a reflector resumes its watch, that the API server still has the history that the reflectors
 * have followed. The code calls this history the past.
 *
 * An etcd that is restored from a backup gives out resourceVersions a second time. If a reflector resumes at
 * its own version after new writes have passed it, it misses their changes and keeps changes that the restore undid.
 * Therefore the proof looks for the newest three writes that any reflector has applied. Each object must be
 * as it was written. If it has been written again since, the proof reads it at the older version with
 * `resourceVersionMatch=Exact`. A deleted object must have existed at the version before. The proof
 * needs three objects, because one that is written continuously may get the same version in both pasts. For
 * the same reason the time in the managed fields must be equal.
 *
 * The newest version that agrees is proven, and so is the whole past before it. No followed object was
 * written between the proven version and the version of a reflector, so the reflector resumes at the
 * smaller of the two. Only deletions could be missed there: see `#lacksNothing`.
 *
 * The proof lists single objects by name, since the shipped roles do not grant `get`, and reads only
 * metadata.
 */
import type { Clock } from "../model/clock.ts";
import type { Logger } from "../log.ts";
import type { Scope } from "../model/resource_sink.ts";
import type { KubeClient } from "./client.ts";
import { ApiStatusError } from "./errors.ts";
import { fetchPage, type Page } from "./list.ts";
import { isNewer, versionBefore } from "./resource_version.ts";
import { byNewest, type Identity, identityOf, type Witness, type Witnesses } from "./witnesses.ts";

/** The part of a reflector that the proof uses. */
export interface Follower {
  readonly witnesses: Witnesses;
  /** Called when the API server has another past, so that a new list is necessary. */
  distrust(why: string): void;
}

export interface PastOptions {
  readonly labelSelector?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

const WITNESSES = 3;
/**
 * The maximum number of witnesses that a proof reads. A witness whose version is compacted proves nothing, so
 * the next one is used.
 */
const WITNESSES_ASKED_MAX = 9;
/** The age up to which reflectors that resume together share a proof. */
const PROOF_AGE_MS = 2_000;
const FOREIGN = "the API server has another past than the one that was followed: was etcd restored?";

interface Proof {
  readonly doubts: number;
  readonly beganAt: number;
  readonly newest: Promise<string | undefined>;
}

interface Found {
  /** The version of the API server at the time of the read. */
  readonly resourceVersion: string;
  readonly object: Identity | undefined;
}

export class Past {
  readonly #client: Pick<KubeClient, "fetch">;
  readonly #options: PastOptions;
  readonly #followers = new Set<Follower>();
  #doubts = 0;
  #proof: Proof | undefined;

  constructor(client: Pick<KubeClient, "fetch">, options: PastOptions) {
    this.#client = client;
    this.#options = options;
  }

  join(follower: Follower): void {
    this.#followers.add(follower);
  }

  leave(follower: Follower): void {
    this.#followers.delete(follower);
  }

  /** Records that a connection broke or failed: an earlier proof does not cover the next connection. */
  doubt(): void {
    this.#doubts++;
  }

  /**
   * Returns the version at which a watch of the scope resumes without missing anything, or undefined if a
   * list must come first. `own` is the version that the reflector has reached. If the API server has another
   * past, all followers are told.
   *
   * @throws {ApiStatusError} and {ConnectionError} when the API server cannot answer.
   */
  async resumeFrom(
    own: string,
    { witnesses, signal }: { witnesses: Witnesses; signal: AbortSignal },
  ): Promise<string | undefined> {
    const proven = await this.#prove(signal);
    if (proven === undefined || !await this.#lacksNothing(witnesses, { proven, signal })) return undefined;
    return isNewer(own, proven) ? proven : own;
  }

  /**
   * Reports whether the restore cannot have brought back an object that the sink lacks. A deletion after the
   * proven version is not proven. If such a deletion came as an event, the answer is no. If it happened
   * before the last list, the number of objects would differ, because nothing has changed in the scope since
   * that list.
   */
  async #lacksNothing(
    { scope, deletedAt, listedAt, listedCount }: Witnesses,
    { proven, signal }: { proven: string; signal: AbortSignal },
  ): Promise<boolean> {
    if (deletedAt !== undefined && isNewer(deletedAt, proven)) return false;
    if (!isNewer(listedAt, proven)) return true;
    const { items, remaining } = await this.#fetch(scope, { limit: "1" }, signal);
    return remaining !== undefined && items.length + remaining === listedCount;
  }

  /** Returns the newest version that is proven, or undefined if nothing is. */
  #prove(signal: AbortSignal): Promise<string | undefined> {
    const now = this.#options.clock.now();
    const last = this.#proof;
    if (last?.doubts === this.#doubts && now - last.beganAt <= PROOF_AGE_MS) return last.newest;
    const newest = this.#read(signal);
    this.#proof = { doubts: this.#doubts, beganAt: now, newest };
    return newest;
  }

  async #read(signal: AbortSignal): Promise<string | undefined> {
    const witnesses = [...this.#followers].flatMap((follower) => follower.witnesses.newest).sort(byNewest);
    const proven: string[] = [];
    for (const witness of witnesses.slice(0, WITNESSES_ASKED_MAX)) {
      const agrees = await this.#agrees(witness, signal);
      if (agrees === false) {
        this.#refuted(witness);
        return undefined;
      }
      if (agrees) proven.push(witness.version);
      if (proven.length === WITNESSES) break;
    }
    return proven[0];
  }

  #refuted({ scope: { kind }, namespace, name, version }: Witness): void {
    const object = namespace === undefined ? name : `${namespace}/${name}`;
    const about = { kind: kind.kind, object, resourceVersion: version };
    this.#options.log.warn("The API server has another past; listing every kind again", about);
    for (const follower of this.#followers) follower.distrust(FOREIGN);
  }

  /** Reports whether the API server's past has this write. Returns undefined if that cannot be decided. */
  async #agrees(witness: Witness, signal: AbortSignal): Promise<boolean | undefined> {
    const { version, gone } = witness;
    const now = await this.#find(witness, { signal });
    if (now === undefined) return undefined;
    if (!gone && isSame(now.object, witness)) return true;
    if (isNewer(version, now.resourceVersion)) return false;
    // An object never goes back to an older version.
    if (!gone && now.object?.uid === witness.uid && isNewer(version, now.object.version)) return false;

    const then = await this.#find(witness, { signal, version });
    if (then === undefined) return undefined;
    if (!gone) return isSame(then.object, witness);
    if (then.object?.uid === witness.uid) return false;

    const before = await this.#find(witness, { signal, version: versionBefore(version) });
    return before && before.object?.uid === witness.uid;
  }

  /** Finds an object by name, now or at a version. Returns undefined if the API server cannot tell. */
  async #find(
    { scope: { kind }, namespace, name }: Witness,
    { signal, version }: { signal: AbortSignal; version?: string },
  ): Promise<Found | undefined> {
    const search = {
      fieldSelector: `metadata.name=${name.replaceAll(/[\\,=]/g, "\\$&")}`,
      ...(version === undefined ? {} : { resourceVersion: version, resourceVersionMatch: "Exact" }),
    };
    try {
      const { resourceVersion, items: [item] } = await this.#fetch({ kind, namespace }, search, signal);
      return { resourceVersion, object: item && identityOf(item) };
    } catch (error) {
      if (error instanceof ApiStatusError && refusesToSay(error.status)) return undefined;
      throw error;
    }
  }

  #fetch({ kind, namespace }: Scope, search: Record<string, string>, signal: AbortSignal): Promise<Page> {
    const { labelSelector, clock } = this.#options;
    const scope = { kind: { ...kind, metadataOnly: true }, namespace };
    return fetchPage(this.#client, { scope, labelSelector, clock, signal }, search);
  }
}

/** Reports whether the version is compacted, or the kind is forbidden, absent or not served in this form. */
function refusesToSay(status: number): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 429;
}

/** Reports whether an object is in the state of the write. The times are compared if both have one. */
function isSame(object: Identity | undefined, { uid, version, writtenAt }: Witness): boolean {
  if (object?.uid !== uid || object.version !== version) return false;
  return writtenAt === undefined || object.writtenAt === undefined || object.writtenAt === writtenAt;
}
