/**
 * The custom kinds that are followed. As discovery finds them, they get a rule, are added to the graph and are
 * followed; when they are gone, so is everything that the graph has of them.
 */
import type { Graph } from "./graph/graph.ts";
import { type FindConfigured } from "./kinds/custom/configured_kind.ts";
import { withConfigured } from "./kinds/custom/configured_rule.ts";
import { customRule } from "./kinds/custom/custom_rule.ts";
import type { MissedKinds } from "./kinds/missed_kinds.ts";
import { findKind, type KindRegistry } from "./kinds/registry.ts";
import type { KindRule } from "./kinds/rule.ts";
import type { Informers } from "./kube/informers.ts";
import type { Logger } from "./log.ts";
import { type CustomResources, follows, names } from "./model/custom_resources.ts";
import { type CustomKind, kindKey, kindName } from "./model/resource_kind.ts";

/** A kind with more objects is followed only if the configuration names it. */
const OBJECTS_MAX = 20_000;

export interface CustomKindsOptions {
  readonly which: CustomResources;
  /** Finds what the configuration says about a kind. Default: nothing. */
  readonly configured?: FindConfigured | undefined;
  readonly registry: KindRegistry;
  readonly missed: MissedKinds;
  readonly graph: Graph;
  readonly informers: Pick<Informers, "add" | "remove" | "relist" | "restored">;
  readonly log: Logger;
}

export class CustomKinds {
  readonly #options: CustomKindsOptions;
  readonly #followed = new Map<string, KindRule>();

  constructor(options: CustomKindsOptions) {
    this.#options = options;
  }

  /** Follows the kinds that an earlier process followed, before discovery confirms them. */
  restore(kinds: readonly CustomKind[]): void {
    for (const kind of kinds) if (this.#isWanted(kind)) this.#add(kind);
  }

  /** Follows just these kinds. */
  update(found: readonly CustomKind[]): void {
    const wanted = new Map(found.filter((kind) => this.#isWanted(kind)).map((kind) => [kindKey(kind), kind]));
    for (const [key, rule] of this.#followed) {
      const kind = wanted.get(key);
      if (kind !== undefined && kind.plural === rule.plural && kind.namespaced === rule.namespaced) continue;
      this.#remove(rule);
    }
    for (const [key, kind] of wanted) {
      const rule = this.#followed.get(key);
      if (rule === undefined) this.#add(kind);
      else if (rule.version !== kind.version || rule.aggregated !== kind.aggregated) this.#replace(kind);
    }
  }

  /** A rule of Astrolabe's own covers a kind in any version. */
  #isWanted(kind: CustomKind): boolean {
    return findKind(kind.group, kind.kind) === undefined && follows(this.#options.which, kind);
  }

  #add(kind: CustomKind): void {
    const { informers, missed, log } = this.#options;
    const rule = this.#follow(kind);
    for (const referring of missed.take(rule)) informers.relist(referring);
    log.verbose(1, "Follows a custom kind", { kind: kindName(rule), version: rule.version });
  }

  /** Follows another version of a kind. Its resources stay until the new list is complete. */
  #replace(kind: CustomKind): void {
    const { informers, log } = this.#options;
    const rule = this.#follow(kind);
    informers.restored([rule]);
    log.verbose(1, "Follows another version of a custom kind", {
      kind: kindName(rule),
      version: rule.version,
    });
  }

  #follow(kind: CustomKind): KindRule {
    const { graph, informers, registry, which, configured = () => undefined } = this.#options;
    const rule = withConfigured(customRule(kind), configured);
    this.#followed.set(kindKey(rule), rule);
    registry.set(rule);
    graph.addKind(rule);
    informers.add(rule, { objectsMax: rule.isNamed || names(which, kind) ? undefined : OBJECTS_MAX });
    return rule;
  }

  #remove(rule: KindRule): void {
    const { graph, informers, missed, registry, log } = this.#options;
    this.#followed.delete(kindKey(rule));
    informers.remove(rule);
    for (const referring of graph.removeKind(rule)) missed.add(referring, rule);
    registry.delete(rule);
    // An object that was shown as one of this kind may also be served as one of these.
    for (const mirror of graph.mirrors) informers.relist(mirror);
    log.verbose(1, "Follows a custom kind no longer", { kind: kindName(rule) });
  }
}
