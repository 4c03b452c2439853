/**
 * Traces a problem back to its root, the one thing that must be fixed: a resource, or a missing target.
 *
 * For a problem with the resource's own status, it looks for an explanation: a missing target that the
 * resource waits for, a claim that is not bound, a node that is not ready, or a target that is itself broken.
 * Without an explanation the root is the topmost owner. The status of an owner is explained by its Pods.
 */
import { relationNumber, type RelationType } from "../../model/relation.ts";
import { STATUSES } from "../../model/status.ts";
import { NONE } from "../../arrays/columns.ts";
import { OPTIONAL, SELECTOR } from "../tables/references.ts";
import { THERE } from "../tables/rows.ts";
import { type NamedTarget, namedTarget } from "./named_target.ts";
import { descendantsOf, isOver } from "./outcome.ts";
import type { Problem } from "./problem.ts";
import type { ProblemScope } from "./problems.ts";
import { isMet, isThereFor, kindOf, sees, type Sight } from "./sight.ts";
import { controllerOf, forEachOwner, forEachTarget } from "./walk.ts";

const READY = STATUSES.indexOf("Ready");
const ERROR = STATUSES.indexOf("Error");
/** Maximum number of steps from a resource to its explanation. More steps mean a circle. */
const STEPS_MAX = 8;

/** The missing targets that a Pod, or a resource with a Pod template, waits for if its message says so. */
const WAITS_FOR: readonly (readonly [message: RegExp, types: readonly RelationType[]])[] = [
  [/CreateContainerConfigError/, ["uses-configmap", "uses-secret"]],
  [/ContainerCreating|PodInitializing|Waiting for its containers/, [
    "mounts",
    "uses-configmap",
    "uses-secret",
  ]],
  [/Unschedulable|Waiting for a (node|claim)/, ["mounts"]],
  [/cannot be created/, ["uses-sa", "uses-priorityclass"]],
];

/** Matches the API server's message about a webhook for Pods whose Service it could not reach. */
const WEBHOOK_SERVICE = /webhook.*https:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc\b/s;

/** A broken target of one of these types explains the problem of its source, for any message. */
const CARRYING = numbersOf(["attached-to", "calls", "scales", "binds"]);
const MOUNTS = relationNumber("mounts");
const RUNS_ON = relationNumber("runs-on");
const SELECTS = relationNumber("selects");

/** The thing that must be fixed. */
export type Root =
  | { readonly row: number; readonly target?: undefined }
  | { readonly row?: undefined; readonly target: NamedTarget };

export class CauseRoots {
  readonly #sight: Sight;
  readonly #isWhole: ProblemScope["isWhole"];
  readonly #known = new Map<number, Root>();
  readonly #rowKeys = new Map<number, string>();
  readonly #targetKeys = new Map<string, string>();

  constructor(sight: Sight, { isWhole }: Pick<ProblemScope, "isWhole">) {
    this.#sight = sight;
    this.#isWhole = isWhole;
  }

  /** Returns the key of a root, which stays the same while the same thing must be fixed. */
  keyOf(root: Root): string {
    const { target, row } = root;
    const { kinds, tables: { cohorts, rows } } = this.#sight;
    if (target !== undefined) {
      const number = `${target.kind} ${target.namespace} ${target.name} ${target.replaced}`;
      let key = this.#targetKeys.get(number);
      if (key === undefined) {
        key = this.#textOf(target.replaced ? "replaced" : "missing", kinds[target.kind]!, target);
        this.#targetKeys.set(number, key);
      }
      return key;
    }
    let key = this.#rowKeys.get(row);
    if (key === undefined) {
      const namespace = cohorts.namespace(rows.cohort.data[row]!);
      key = this.#textOf("resource", kindOf(this.#sight, row), { namespace, name: rows.name.data[row]! });
      this.#rowKeys.set(row, key);
    }
    return key;
  }

  #textOf(
    reason: string,
    { group, kind }: { group: string; kind: string },
    { namespace, name }: { namespace: number; name: number },
  ): string {
    const { strings } = this.#sight.tables;
    return [reason, group, kind, strings.text(namespace), strings.text(name)].join("/");
  }

  /** Returns the root of a problem. */
  ofProblem({ type, row, target }: Problem): Root {
    if (target !== undefined) return { target };
    return type === "error-status" || type === "stuck" ? this.ofRow(row) : { row };
  }

  /** Returns the root of a row's status. */
  ofRow(row: number): Root {
    let root = this.#known.get(row);
    if (root === undefined) this.#known.set(row, root = this.#trace(row, 0));
    return root;
  }

  #trace(row: number, steps: number): Root {
    if (steps === STEPS_MAX) return { row };
    return this.#explain(row, steps) ?? this.#followPods(row, steps) ?? {
      row: topmostOwner(this.#sight, row),
    };
  }

  /** Returns the root that explains the status of a row, or undefined. */
  #explain(row: number, steps: number): Root | undefined {
    const target = this.#missing(row);
    if (target !== undefined) return { target };
    const webhook = this.#webhook(row, steps);
    if (webhook !== undefined) return webhook;
    const sight = this.#sight;
    const { status } = sight.tables.rows;
    const { mountsClaims } = kindOf(sight, row);
    const isPending = status.data[row] !== ERROR;
    let broken = NONE;
    forEachTarget(sight, row, (type, to) => {
      if (broken !== NONE || status.data[to] === READY || isOver(sight, to)) return;
      const explains = type === MOUNTS || type === RUNS_ON && isPending && status.data[to] === ERROR ||
        !mountsClaims && (CARRYING.has(type) || type === SELECTS);
      if (explains) broken = to;
    });
    return broken === NONE ? undefined : this.#trace(broken, steps + 1);
  }

  /** Returns the missing target that a row waits for, or undefined. */
  #missing(row: number): NamedTarget | undefined {
    const sight = this.#sight;
    const { references, rows, strings } = sight.tables;
    let types: readonly number[] | undefined;
    if (kindOf(sight, row).mountsClaims) {
      const message = strings.text(rows.message.data[row]!);
      types = WAITS_FOR_NUMBERS.find(([pattern]) => pattern.test(message))?.[1];
      if (types === undefined) return undefined;
    }
    for (let at = references.first(row); at !== NONE; at = references.after(at)) {
      const isUnmet = !references.has(at, OPTIONAL | SELECTOR) && !isMet(sight, at) &&
        !isThereFor(sight, references.target.data[at]!);
      if (!isUnmet || types !== undefined && !types.includes(references.type.data[at]!)) continue;
      const target = namedTarget(sight.tables, at, false);
      if (target !== undefined && this.#isWhole(target.kind, target.namespace)) return target;
    }
    return undefined;
  }

  /** Returns the root of the webhook's Service that keeps a row from creating Pods, or undefined. */
  #webhook(row: number, steps: number): Root | undefined {
    const { kinds, visible, tables: { cohorts, rows, strings } } = this.#sight;
    if (kindOf(this.#sight, row).role !== "workload") return undefined;
    const [, name, namespace] = WEBHOOK_SERVICE.exec(strings.text(rows.message.data[row]!)) ?? [];
    if (name === undefined || namespace === undefined) return undefined;
    const kind = kinds.findIndex(({ role }) => role === "service");
    const [home, id] = [strings.find(namespace), strings.find(name)];
    const scope = home === NONE ? NONE : cohorts.findScope(kind, home);
    const service = scope === NONE || id === NONE ? NONE : rows.findKey(scope, id);
    if (service === NONE || visible !== undefined && !visible.includes(kind, home)) return undefined;
    if (rows.has(service, THERE)) return this.#ofService(service, steps);
    if (!isNamed(this.#sight, service) || !this.#isWhole(kind, home)) return undefined;
    return { target: { kind, namespace: home, name: id, replaced: false } };
  }

  /** Returns the root of a Service without endpoints: that of a Pod that is not ready, or the Service itself. */
  #ofService(service: number, steps: number): Root {
    const { status } = this.#sight.tables.rows;
    let broken = NONE;
    forEachTarget(this.#sight, service, (type, to) => {
      if (broken === NONE && type === SELECTS && status.data[to] !== READY) broken = to;
    });
    return broken === NONE ? { row: service } : this.#trace(broken, steps + 1);
  }

  /** Returns the root of the Pods that a row owns: their own fault, or otherwise its explanation. */
  #followPods(row: number, steps: number): Root | undefined {
    const sight = this.#sight;
    const { status } = sight.tables.rows;
    let explained: Root | undefined;
    for (const pod of unwellPodsOf(sight, row)) {
      const root = this.#explain(pod, steps + 1);
      if (root !== undefined) explained ??= root;
      else if (status.data[pod] === ERROR) return undefined;
    }
    return explained;
  }
}

/** Returns the Pods that a row owns, without those that are Ready or over. */
export function unwellPodsOf(sight: Sight, row: number): number[] {
  const { status } = sight.tables.rows;
  return [...descendantsOf(sight, row)].filter((it) =>
    kindOf(sight, it).role === "pod" && status.data[it] !== READY && !isOver(sight, it)
  );
}

/**
 * Returns the topmost owner of a row, along its controllers if it has one. The owner of a namespaced resource
 * must be in its namespace: a Node owns its static Pods but is not their root.
 */
export function topmostOwner(sight: Sight, row: number): number {
  const seen = new Set([row]);
  let top = row;
  for (;;) {
    let owner = controllerOf(sight, top);
    if (owner === NONE) forEachOwner(sight, top, (it) => owner = owner === NONE ? it : owner);
    const leaves = owner !== NONE && kindOf(sight, top).namespaced && !kindOf(sight, owner).namespaced;
    if (owner === NONE || leaves || seen.has(owner)) return top;
    seen.add(owner);
    top = owner;
  }
}

/** Reports whether a visible resource names a missing target. */
function isNamed(sight: Sight, target: number): boolean {
  const { references } = sight.tables;
  for (let at = references.firstIncoming(target, false); at !== NONE; at = references.afterIncoming(at)) {
    if (sees(sight, references.source.data[at]!)) return true;
  }
  return false;
}

const WAITS_FOR_NUMBERS = WAITS_FOR.map(([message, types]) => [message, types.map(relationNumber)] as const);

function numbersOf(types: readonly RelationType[]): ReadonlySet<number> {
  return new Set(types.map(relationNumber));
}
