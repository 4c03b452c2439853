/**
 * What stops working without a resource, or without a target that does not exist. How an effect passes along
 * a relation is data of its type (`model/relation.ts`); here effects run to their fixed point.
 *
 * A resource that is removed or broken is *gone*: it passes effects on, each at most once, so that circles
 * end. One that is degraded passes nothing on. What is inactive or has finished cannot break.
 */
import { type Effect, RELATION_MEANINGS, relationNumber } from "../../model/relation.ts";
import { STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import { ACTIVE, OPTIONAL, REQUIRED, REVERSED, SELECTOR } from "../tables/references.ts";
import { FINISHED, IDLE, THERE } from "../tables/rows.ts";
import type { RelationKey } from "./evidence.ts";
import { isThereFor, kindOf, sees, type Sight } from "./sight.ts";
import { forEachOwner, forEachTarget } from "./walk.ts";

const PENDING = STATUSES.indexOf("Pending");
const OWNS = relationNumber("owns");
const SELECTS = relationNumber("selects");
const EFFECTS: readonly Effect[] = ["degraded", "broken", "removed"];

/** The effect on a resource. */
export interface Affected {
  readonly effect: Effect;
  /** Relations from the resource that goes, on the shortest way that an effect takes. */
  readonly distance: number;
}

export interface Impact {
  /** The effects by row, nearest first, without inactive resources. */
  readonly affected: ReadonlyMap<number, Affected>;
  /** The relations that carry an effect. */
  readonly edges: readonly RelationKey[];
}

/** @param start The row of a resource, or of a target that is not there. */
export function impactOf(sight: Sight, start: number): Impact {
  return new ImpactWalk(sight).run(start);
}

class ImpactWalk {
  readonly #sight: Sight;
  readonly #affected = new Map<number, { effect: Effect; distance: number }>();
  readonly #edges = new Map<string, RelationKey>();
  /** Resources that pass effects on; a resource that is removed after it was broken comes twice. */
  readonly #queue: { readonly row: number; readonly effect: Effect }[] = [];
  /** Targets that a source has left, by source and type; owners that a dependent has left, by dependent. */
  readonly #targetsLeft = new Map<string, number>();
  readonly #ownersLeft = new Map<number, number>();

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  run(start: number): Impact {
    this.#affected.set(start, { effect: "removed", distance: 0 });
    this.#queue.push({ row: start, effect: "removed" });
    const gone = new Set<number>();
    for (let i = 0; i < this.#queue.length; i++) {
      const { row, effect } = this.#queue[i]!;
      if (!gone.has(row)) this.#passToSources(row);
      this.#passToTargets(row, { effect, isNew: !gone.has(row) });
      gone.add(row);
    }
    this.#affected.delete(start);
    const shown = [...this.#affected].filter(([row]) => !this.#sight.tables.rows.has(row, IDLE));
    return {
      affected: new Map(shown.sort(([, a], [, b]) => a.distance - b.distance)),
      edges: [...this.#edges.values()],
    };
  }

  /** Passes the loss of a row on to the sources of its relations. Nothing depends on what has finished. */
  #passToSources(row: number): void {
    const { rows } = this.#sight.tables;
    if (rows.has(row, FINISHED)) return;
    this.#forEachUse(row, (type, source, isWeak) => {
      const { onSource, onSourceIfWeak, onSourceOfNone, onlyPending } = RELATION_MEANINGS[type]!.impact;
      // A Pending volume, such as a released one, no longer needs its class.
      const isPendingClaim = rows.status.data[source] === PENDING && kindOf(this.#sight, source).namespaced;
      if (onlyPending && !isPendingClaim) return;
      let effect = isWeak && onSourceIfWeak !== undefined ? onSourceIfWeak : onSource;
      if (onSourceOfNone !== undefined && this.#loseTarget(source, type, row) === 0) effect = onSourceOfNone;
      if (effect === undefined) return;
      this.#raise(source, effect, row);
      this.#addEdge({ type, from: source, to: row });
    });
  }

  /**
   * Passes the loss of a row on to the targets of its relations, and the loss of a Namespace or of the
   * definition of a kind to its resources.
   */
  #passToTargets(row: number, { effect, isNew }: { effect: Effect; isNew: boolean }): void {
    const sight = this.#sight;
    if (!isThereFor(sight, row)) return;
    const { role, isNamespace, serves } = kindOf(sight, row);
    forEachTarget(sight, row, (type, target) => {
      const { onTarget, onTargetOfNone } = RELATION_MEANINGS[type]!.impact;
      const passed = onTarget !== undefined && isNew
        ? onTarget
        : onTargetOfNone !== undefined && effect === "removed" && this.#loseOwner(target) === 0
        ? onTargetOfNone
        : type === OWNS && role === "workload" && isPart(sight, target)
        ? "broken"
        : undefined;
      if (passed === undefined) return;
      this.#raise(target, passed, row);
      this.#addEdge({ type, from: row, to: target });
    });
    if (effect !== "removed") return;
    const remove = (resource: number) => this.#raise(resource, "removed", row);
    if (isNamespace) this.#forEachOfNamespace(row, remove);
    if (serves?.what === "kinds") this.#forEachOfDefinition(row, remove);
  }

  #raise(row: number, effect: Effect, cause: number): void {
    const { rows } = this.#sight.tables;
    if (effect !== "removed" && rows.has(row, IDLE | FINISHED)) return;
    const distance = this.#affected.get(cause)!.distance + 1;
    const known = this.#affected.get(row);
    if (known === undefined) this.#affected.set(row, { effect, distance });
    else {
      known.distance = Math.min(known.distance, distance);
      if (EFFECTS.indexOf(effect) <= EFFECTS.indexOf(known.effect)) return;
      known.effect = effect;
    }
    if (effect !== "degraded") this.#queue.push({ row, effect });
  }

  #addEdge(edge: RelationKey): void {
    this.#edges.set(`${edge.type} ${edge.from} ${edge.to}`, edge);
  }

  /** Returns how many targets of a type a source has left without this one. */
  #loseTarget(source: number, type: number, lost: number): number {
    const { rows } = this.#sight.tables;
    const key = `${source} ${type}`;
    let left = this.#targetsLeft.get(key);
    if (left === undefined) {
      left = 0;
      forEachTarget(this.#sight, source, (other, target) => {
        if (other === type && !rows.has(target, FINISHED)) left!++;
      });
    }
    if (isThereFor(this.#sight, lost)) left--;
    this.#targetsLeft.set(key, left);
    return left;
  }

  /** Returns how many owners a dependent has left without one. */
  #loseOwner(dependent: number): number {
    let left = this.#ownersLeft.get(dependent);
    if (left === undefined) {
      left = 0;
      forEachOwner(this.#sight, dependent, () => left!++);
    }
    this.#ownersLeft.set(dependent, --left);
    return left;
  }

  /** Visits the sources of the relations that come to a row, or would come if it were there. */
  #forEachUse(row: number, visit: (type: number, source: number, isWeak: boolean) => void): void {
    const sight = this.#sight;
    const { references, rows, selectors } = sight.tables;
    const isThere = isThereFor(sight, row);
    // A hidden resource counts as a missing one, which is known by its key alone.
    const isHidden = !isThere && rows.has(row, THERE);
    for (const byUid of isHidden ? [false] : [false, true]) {
      let at = references.firstIncoming(row, byUid);
      for (; at !== NONE; at = references.afterIncoming(at)) {
        const source = references.source.data[at]!;
        const counts = isThere ? references.isRelation(at) : isHidden || !references.has(at, ACTIVE);
        if (!counts || references.has(at, REVERSED) || !sees(sight, source)) continue;
        visit(references.type.data[at]!, source, references.has(at, OPTIONAL));
      }
    }
    if (!isThere) return;
    for (let at = references.first(row); at !== NONE; at = references.after(at)) {
      const source = references.target.data[at]!;
      if (!references.isRelation(at) || !references.has(at, REVERSED) || !sees(sight, source)) continue;
      visit(references.type.data[at]!, source, references.has(at, OPTIONAL));
    }
    selectors.forEachSelectorOf(rows.cohort.data[row]!, (selector) => {
      const source = selectors.source.data[selector]!;
      const type = selectors.type.data[selector]!;
      const isRequired = this.#isRequired(source, selector);
      if (!sees(sight, source) || type === SELECTS && !isRequired) return;
      // A StatefulSet creates its claims again, and of a selection others may be left. A Pod does not.
      visit(type, source, !isRequired && kindOf(sight, source).role !== "pod");
    });
  }

  #isRequired(source: number, selector: number): boolean {
    const { references } = this.#sight.tables;
    for (let at = references.first(source); at !== NONE; at = references.after(at)) {
      if (references.has(at, SELECTOR) && references.target.data[at] === selector) {
        return references.has(at, REQUIRED);
      }
    }
    return false;
  }

  #forEachOfNamespace(namespace: number, visit: (row: number) => void): void {
    const { kinds, tables: { cohorts, rows } } = this.#sight;
    const name = rows.name.data[namespace]!;
    kinds.forEach(({ namespaced }, kind) => {
      const scope = namespaced ? cohorts.findScope(kind, name) : NONE;
      if (scope !== NONE) this.#forEachOfScope(scope, visit);
    });
  }

  /** Visits the resources of the kind that a definition makes the API server serve. */
  #forEachOfDefinition(definition: number, visit: (row: number) => void): void {
    const { kinds, tables: { cohorts, rows, strings } } = this.#sight;
    const name = strings.text(rows.name.data[definition]!);
    kinds.forEach(({ plural, group }, kind) => {
      if (`${plural}.${group}` !== name) return;
      for (let scope = cohorts.firstScope(kind); scope !== NONE; scope = cohorts.nextScope(scope)) {
        this.#forEachOfScope(scope, visit);
      }
    });
  }

  #forEachOfScope(scope: number, visit: (row: number) => void): void {
    const { tables: { cohorts }, visible } = this.#sight;
    if (visible !== undefined && !visible.has(scope)) return;
    cohorts.forEachOfScope(scope, (cohort) => cohorts.forEachMember(cohort, visit));
  }
}

/** Reports whether a resource is a Pod or a workload that a workload runs. */
function isPart(sight: Sight, row: number): boolean {
  const { role } = kindOf(sight, row);
  return role === "pod" || role === "workload";
}
