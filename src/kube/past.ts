/**
 * Proves that the past of the API server is the one that the reflectors have followed, before one of them
 * resumes at a resourceVersion.
 *
 * An etcd that is restored from a backup gives out resourceVersions a second time. A reflector that resumes
 * at its own once the new writes have passed it misses what they changed, and keeps what the restore undid.
 * So the newest three writes that any reflector applied are looked for: each object must still be as it was
 * written; where it has been written since, it must have been so at that version, which
 * `resourceVersionMatch=Exact` reads. A deletion is proven by the object's presence at the version before.
 * Three objects, because one that is written all the time may have the same version twice; and the time in
 * the managed fields must be the same.
 *
 * A proof holds up to the newest version that it read. What lies between that and the version that a
 * reflector knows has changed none of its objects, so the reflector may resume there; what it may have
 * missed are deletions before its list, which it looks after itself.
 *
 * Reads are lists of one object by name, as the shipped roles grant no `get`, and metadata alone.
 */
import type { Clock } from "../model/clock.ts";
import type { Logger } from "../log.ts";
import type { KubeClient } from "./client.ts";
import { ApiStatusError } from "./errors.ts";
import { fetchPage } from "./list.ts";
import { isNewer, versionBefore } from "./resource_version.ts";
import { byNewest, type Identity, identityOf, type Witness, type Witnesses } from "./witnesses.ts";

/** What takes part in a proof. */
export interface Follower {
  readonly witnesses: Witnesses;
  /** The past is another one: only a new list helps. */
  distrust(why: string): void;
}

export interface PastOptions {
  readonly labelSelector?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

const WITNESSES = 3;
/** Witnesses whose version has been compacted say nothing; the next ones are asked, up to this many. */
const WITNESSES_ASKED_MAX = 9;
/** Reflectors that resume together share a proof of this age. */
const PROOF_AGE_MS = 2_000;
const FOREIGN = "the API server has another past than the one that was followed: was etcd restored?";

interface Proof {
  readonly doubts: number;
  readonly beganAt: number;
  readonly newest: Promise<string | undefined>;
}

interface Found {
  /** Of the list, which is the API server's at the time. */
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

  /** A connection broke, or could not be made: what was proven before says nothing about the next one. */
  doubt(): void {
    this.#doubts++;
  }

  /**
   * Returns the newest resourceVersion up to which the past is proven to be the one that was followed, or
   * undefined where nothing proves it. Where something disproves it, all followers are told.
   *
   * @throws {ApiStatusError} and {ConnectionError} when the API server cannot answer.
   */
  prove(signal: AbortSignal): Promise<string | undefined> {
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

  /** Returns whether the API server's past has this write; undefined where it cannot say. */
  async #agrees(witness: Witness, signal: AbortSignal): Promise<boolean | undefined> {
    const { version, gone } = witness;
    const now = await this.#find(witness, { signal });
    if (now === undefined) return undefined;
    if (!gone && isSame(now.object, witness)) return true;
    if (isNewer(version, now.resourceVersion)) return false;

    const then = await this.#find(witness, { signal, version });
    if (then === undefined) return undefined;
    if (!gone) return isSame(then.object, witness);
    if (then.object?.uid === witness.uid) return false;

    const before = await this.#find(witness, { signal, version: versionBefore(version) });
    return before && before.object?.uid === witness.uid;
  }

  /** Looks for the object by name, now or at a version. Undefined: the API server will not say. */
  async #find(
    { scope: { kind }, namespace, name }: Witness,
    { signal, version }: { signal: AbortSignal; version?: string },
  ): Promise<Found | undefined> {
    const { labelSelector, clock } = this.#options;
    try {
      const { resourceVersion, items: [item] } = await fetchPage(this.#client, {
        scope: { kind: { ...kind, metadataOnly: true }, namespace },
        labelSelector,
        clock,
        signal,
      }, {
        fieldSelector: `metadata.name=${name.replaceAll(/[\\,=]/g, "\\$&")}`,
        ...(version === undefined ? {} : { resourceVersion: version, resourceVersionMatch: "Exact" }),
      });
      return { resourceVersion, object: item && identityOf(item) };
    } catch (error) {
      if (error instanceof ApiStatusError && refusesToSay(error.status)) return undefined;
      throw error;
    }
  }
}

/** The version is compacted, or the kind is forbidden, absent, or not to be had in this form. */
function refusesToSay(status: number): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 429;
}

function isSame(object: Identity | undefined, { uid, version, writtenAt }: Witness): boolean {
  return object?.uid === uid && object.version === version && object.writtenAt === writtenAt;
}
