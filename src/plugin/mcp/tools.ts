/**
 * The questions that an agent may ask. Each only reads. Answers are short: they say how much there is, give the
 * first part of it, and name the way to the rest.
 */
import type { Cause, Found, GraphAnswer, Kind, Release, Resource } from "../answers.ts";
import { exactName, findKind } from "../kind_names.ts";
import { PluginError } from "../plugin_error.ts";
import {
  chainOf,
  contentsOf,
  findSubject,
  impactOf,
  releaseOf,
  type Subject,
  usersOf,
} from "../questions.ts";
import { ask, askAll, type Server } from "../server.ts";

export type Arguments = Readonly<Record<string, unknown>>;

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: {
    readonly type: "object";
    readonly properties: Readonly<Record<string, object>>;
    readonly required?: readonly string[];
    readonly additionalProperties: false;
  };
  readonly answer: (server: Server, args: Arguments) => Promise<object>;
}

const LIMIT = 20;
const LIMIT_MAX = 200;

const NAMESPACE = { type: "string", description: "Only this namespace" };
const MORE = {
  type: "integer",
  minimum: 1,
  maximum: LIMIT_MAX,
  description: `The number of entries; ${LIMIT} if absent`,
};
const SUBJECT = {
  kind: { type: "string", description: "Such as Deployment, po, or Cluster.postgresql.cnpg.io" },
  namespace: { type: "string", description: "Absent for a cluster-scoped resource" },
  name: { type: "string" },
};

export const TOOLS: readonly Tool[] = [
  tool("problems", "What is wrong in the cluster, one entry for each thing to fix, worst first", {
    properties: { namespace: NAMESPACE, limit: MORE },
    async answer(server, args) {
      const causes = await askAll<Cause>(server, "/api/v1/causes", { namespace: text(args, "namespace") });
      return first(causes.map(shortCause), args);
    },
  }),
  tool("problem_detail", "One entry of problems with the resources that it affects", {
    properties: { id: { type: "string", description: "The id from problems" } },
    required: ["id"],
    async answer(server, args) {
      const causes = await askAll<Cause>(server, "/api/v1/causes");
      const cause = causes.find(({ id }) => id === text(args, "id"));
      if (cause === undefined) throw new PluginError("there is no such problem any more; ask problems again");
      return { ...shortCause(cause), affected: cause.affected };
    },
  }),
  tool("who_uses", "Every resource that refers to one, also if that is missing", {
    properties: { ...SUBJECT, limit: MORE },
    required: ["kind", "name"],
    async answer(server, args) {
      const subject = await subjectOf(server, args);
      const users = (await usersOf(server, subject)).map(({ type, via, optional, resource }) => ({
        ...key(resource),
        type,
        via,
        optional,
      }));
      return { exists: subject.resource !== undefined, ...first(users, args) };
    },
  }),
  tool("impact", "What stops working without a resource, also if that is missing already", {
    properties: { ...SUBJECT, limit: MORE },
    required: ["kind", "name"],
    async answer(server, args) {
      const subject = await subjectOf(server, args);
      const { summary, nodes } = await impactOf(server, subject);
      const affected = nodes.map((node) => ({ ...key(node), effect: node.effect, distance: node.distance }));
      return { exists: subject.resource !== undefined, summary, ...first(affected, args) };
    },
  }),
  tool("why", "The chain of relations through which a resource is in a release", {
    properties: {
      ...SUBJECT,
      release: { type: "string", description: "name or namespace/name; its own if absent" },
    },
    required: ["kind", "name"],
    async answer(server, args) {
      const resource = existing(await subjectOf(server, args));
      const release = text(args, "release") ?? releaseOf(resource);
      if (release === undefined) return { release: null, chain: [] };
      const { nodes, edges } = await chainOf(server, resource, release);
      return { release, chain: nodes.map(key), relations: edges.map(({ type, via }) => ({ type, via })) };
    },
  }),
  tool("resource", "One resource with its status, message, relations and unresolved references", {
    properties: { ...SUBJECT, limit: MORE },
    required: ["kind", "name"],
    async answer(server, args) {
      const { relations, labels: _labels, ...resource } = existing(await subjectOf(server, args)) as
        & Resource
        & {
          labels?: object;
        };
      const short = ({ type, resource }: Resource["relations"]["in"][number]) => ({ type, ...key(resource) });
      return {
        ...resource,
        usedBy: first(relations.in.map(short), args),
        uses: first(relations.out.map(short), args),
      };
    },
  }),
  tool("tree", "What a resource owns, at any depth", {
    properties: { ...SUBJECT, limit: MORE },
    required: ["kind", "name"],
    async answer(server, args) {
      const { uid } = existing(await subjectOf(server, args));
      const { nodes, edges } = await ask<GraphAnswer>(server, "/api/v1/graph", { owner: uid });
      const owned = new Set(edges.filter(({ type }) => type === "owns").map(({ to }) => to));
      return first(nodes.filter((node) => owned.has(node.uid)).map(key), args);
    },
  }),
  tool("releases", "The Helm releases with status, revision and number of problems", {
    properties: { namespace: NAMESPACE, limit: MORE },
    async answer(server, args) {
      const query = { detail: "true", namespace: text(args, "namespace") };
      return first(await ask<Release[]>(server, "/api/v1/releases", query), args);
    },
  }),
  tool("release", "One release: its resources, and its revisions", {
    properties: { namespace: { type: "string" }, name: { type: "string" }, limit: MORE },
    required: ["namespace", "name"],
    async answer(server, args) {
      const { graph: { nodes }, history } = await contentsOf(server, {
        namespace: text(args, "namespace") ?? "",
        name: text(args, "name") ?? "",
      });
      return { history: history.slice(0, 10), ...first(nodes.map(key), args) };
    },
  }),
  tool("search", "Resources whose name contains a text, or with a status", {
    properties: {
      text: { type: "string", description: "A part of the name" },
      kind: SUBJECT.kind,
      namespace: NAMESPACE,
      status: { type: "string", enum: ["Ready", "Pending", "Error", "Unknown"] },
      limit: MORE,
    },
    async answer(server, args) {
      const kind = text(args, "kind");
      const found = await ask<Found[]>(server, "/api/v1/resources", {
        q: text(args, "text"),
        kind: kind === undefined
          ? undefined
          : exactName(findKind(kind, await ask<Kind[]>(server, "/api/v1/kinds"))),
        namespace: text(args, "namespace"),
        status: text(args, "status"),
      });
      return first(found.map(key), args);
    },
  }),
  tool("kinds", "The kinds that are followed, their number of resources, and whether each is current", {
    properties: {},
    async answer(server) {
      const kinds = await ask<Kind[]>(server, "/api/v1/kinds");
      return {
        kinds: kinds.map((kind) => ({
          kind: exactName(kind),
          state: kind.state,
          count: kind.count,
          ...kind.error !== undefined && { error: kind.error },
        })),
      };
    },
  }),
];

function tool(
  name: string,
  description: string,
  { properties, required, answer }:
    & Pick<Tool["inputSchema"], "properties" | "required">
    & Pick<Tool, "answer">,
): Tool {
  return {
    name,
    description,
    inputSchema: { type: "object", properties, ...required && { required }, additionalProperties: false },
    answer,
  };
}

/** Returns the argument if it is a text that is not empty. */
function text(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new PluginError(`${name} must be a string`);
}

function first<Item>(
  items: readonly Item[],
  args: Arguments,
): { total: number; items: readonly Item[]; rest?: string } {
  const limit = args["limit"] ?? LIMIT;
  if (!Number.isInteger(limit) || limit as number < 1 || limit as number > LIMIT_MAX) {
    throw new PluginError(`limit must be a whole number from 1 to ${LIMIT_MAX}`);
  }
  const shown = items.slice(0, limit as number);
  const left = items.length - shown.length;
  const rest = `${left} more; narrow the question, or raise limit up to ${LIMIT_MAX}`;
  return { total: items.length, items: shown, ...left > 0 && { rest } };
}

function key(
  { kind, namespace, name, status, message }: Pick<Found, "kind" | "namespace" | "name" | "status"> & {
    message?: string;
  },
) {
  return { kind, namespace, name, status, ...message !== undefined && status !== "Ready" && { message } };
}

function shortCause({ id, severity, message, cause, since, releases, counts }: Cause) {
  const { kind, namespace, name, missing } = cause;
  return {
    id,
    severity,
    message,
    cause: { kind, namespace, name, missing },
    since,
    releases: releases.map(({ namespace, name }) => `${namespace}/${name}`),
    ...counts,
  };
}

async function subjectOf(server: Server, args: Arguments): Promise<Subject> {
  return await findSubject(server, {
    kind: text(args, "kind") ?? "",
    namespace: text(args, "namespace"),
    name: text(args, "name") ?? "",
    withoutNamespace: "namespace is needed",
  });
}

function existing({ exactKind, name, resource }: Subject): Resource {
  if (resource === undefined) throw new PluginError(`${exactKind} ${JSON.stringify(name)} does not exist`);
  return resource;
}
