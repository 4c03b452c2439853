/** The filters that resources, graph and problems share: as query parameters, and as the graph takes them. */
import * as v from "valibot";
import type { Filter } from "../graph/queries/select.ts";
import { LABEL_SELECTOR_PATTERN, parseLabelSelector } from "../model/label_selector.ts";
import { kindName, type ResourceKind } from "../model/resource_kind.ts";
import { STATUSES } from "../model/status.ts";
import { HttpError } from "./http_error.ts";
import { flag, text } from "./query.ts";

/** More resources than this are in no one answer. */
const MOST_RESOURCES = 250_000;

/** The kinds of a graph. */
export interface KindSource {
  /** By number, including those that have gone. */
  readonly kinds: readonly ResourceKind[];
  readonly hasKind: (kind: number) => boolean;
}

const NO_KINDS: KindSource = { kinds: [], hasKind: () => false };

/** A parameter that is the name of a release, or its namespace and name. */
export function releaseParameter(description: string) {
  return v.pipe(
    v.string("is required"),
    v.regex(/^([^/]+\/)?[^/]+$/, "must be name or namespace/name"),
    v.description(description),
  );
}

/**
 * Returns the schema of the name of a kind: `Deployment`, or `Deployment.apps` for that of one group alone. The
 * kinds of the graph come and go, so they are read at each request.
 */
export function kindEntry(graph: KindSource) {
  return v.lazy(() => {
    const names = kindNames(graph);
    const short = names.filter((name) => !name.includes("."));
    return v.picklist(names, `must be one of ${short.join(", ")}, or one of these with its group`);
  });
}

/** Returns the names of the present kinds: first without, then with their groups. */
export function kindNames({ kinds, hasKind }: KindSource): readonly string[] {
  const present = kinds.filter((_, number) => hasKind(number));
  return [...new Set([...present.map(({ kind }) => kind), ...present.map(kindName)])];
}

/** The query parameters. The check includes the names of kinds. */
export function filterEntries(graph: KindSource) {
  return {
    namespace: v.exactOptional(v.pipe(
      v.array(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
      v.description(
        "Resources of these namespaces, the Namespaces themselves, and cluster-scoped resources with a " +
          "relation to one of these resources",
      ),
    )),
    kind: v.exactOptional(v.pipe(
      v.array(kindEntry(graph)),
      v.description("Resources of these kinds; Kind.group names one group's kind alone"),
    )),
    release: v.exactOptional(
      releaseParameter("A Helm release and all that it touches: every release of a name, or namespace/name"),
    ),
    chart: text("Value of the label helm.sh/chart, or of the label chart where that is missing"),
    status: v.exactOptional(v.pipe(
      v.picklist(STATUSES, `must be one of ${STATUSES.join(", ")}`),
      v.description("Health of the resource"),
    )),
    labelSelector: v.exactOptional(v.pipe(
      v.string(),
      v.regex(LABEL_SELECTOR_PATTERN, ({ input }) => `must be a label selector: ${faultOf(input)}`),
      v.description("Label selector as kubectl takes it, such as app=web,tier in (a, b),!canary"),
    )),
    name: v.exactOptional(v.pipe(
      v.array(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
      v.description("Resources with one of these names"),
    )),
    owner: text("A uid: that resource, what it owns, and all that these touch"),
    image: text("Part of the first container's image"),
    unreferenced: flag("Only ConfigMaps, Secrets, claims and ServiceAccounts that nothing refers to"),
    q: v.exactOptional(v.pipe(v.string(), v.description("Part of the name"))),
    inactive: flag(
      "Also ReplicaSets with nothing desired and nothing running, Helm's storage objects and kube-root-ca.crt",
    ),
  };
}

export type FilterQuery = v.InferOutput<v.ObjectSchema<ReturnType<typeof filterEntries>, undefined>>;

/** @throws {HttpError} 400 where the label selector does not parse. */
export function toFilter(query: FilterQuery): Filter {
  const { namespace, kind, release, labelSelector, q, name, image, ...same } = query;
  return {
    ...same,
    namespaces: namespace,
    kindNames: kind,
    release: release === undefined ? undefined : parseRelease(release),
    labelSelector: labelSelector === undefined ? undefined : parseLabelSelector(labelSelector),
    nameContains: q,
    names: name,
    imageContains: image,
  };
}

/** @throws {HttpError} 400 where an answer would hold too much. */
export function refuseTooLarge(count: number): void {
  if (count <= MOST_RESOURCES) return;
  const names = Object.keys(filterEntries(NO_KINDS)).filter((name) => name !== "inactive").join(", ");
  throw new HttpError(
    `The answer would have ${count} entries, more than ${MOST_RESOURCES}: narrow it by ${names}`,
    { status: 400, code: "too_large" },
  );
}

/** Parses a release as its parameter has it. */
export function parseRelease(release: string): NonNullable<Filter["release"]> {
  const slash = release.indexOf("/");
  if (slash === -1) return { name: release };
  return { namespace: release.slice(0, slash), name: release.slice(slash + 1) };
}

/** Returns why the text is not a label selector. */
function faultOf(text: string): string {
  try {
    parseLabelSelector(text);
  } catch (error) {
    if (error instanceof SyntaxError) return error.message.replace(/^label selector .*?": /s, "");
  }
  return "it is malformed";
}
