/** The resource that a command is about: `deploy/web`, or `deploy web`. */
import type { Found, Key, Kind, Resource } from "./answers.ts";
import { exactName, findKind } from "./kind_names.ts";
import type { Invocation } from "./invocation.ts";
import { PluginError } from "./plugin_error.ts";
import { ask } from "./server.ts";

export interface Subject extends Key {
  /** The name that means exactly this kind. */
  readonly exactKind: string;
  /** Undefined if no such resource exists. */
  readonly resource: Resource | undefined;
}

/** Finds the resource that the words name. */
export async function subjectOf({ words, namespace, server }: Invocation): Promise<Subject> {
  const [first = "", second, third] = words;
  const slash = first.indexOf("/");
  const [kindName, name] = slash < 0 ? [first, second] : [first.slice(0, slash), first.slice(slash + 1)];
  const surplus = slash < 0 ? third : second;
  if (kindName === "" || !name) throw new PluginError("name the resource as KIND/NAME, such as deploy/web");
  if (surplus !== undefined) throw new PluginError(`unexpected argument ${JSON.stringify(surplus)}`);

  const kind = findKind(kindName, await ask<Kind[]>(server, "/api/v1/kinds"));
  const exactKind = exactName(kind);
  const isNamespaced = kind.scope === "namespaced";
  if (isNamespaced && namespace === undefined) throw new PluginError("-A does not name one resource; use -n");
  const found = await ask<Found[]>(server, "/api/v1/resources", {
    kind: exactKind,
    name,
    namespace: isNamespaced ? namespace : undefined,
    inactive: "true",
  });
  const key = { kind: kind.kind, namespace: isNamespaced ? namespace ?? "" : "", name, exactKind };
  const [first_] = found;
  if (first_ === undefined) return { ...key, resource: undefined };
  return {
    ...key,
    resource: await ask<Resource>(server, `/api/v1/resources/${encodeURIComponent(first_.uid)}`),
  };
}

/** Returns the resource. @throws {PluginError} as kubectl words it, if it does not exist. */
export function existing({ exactKind, namespace, name, resource }: Subject): Resource {
  if (resource !== undefined) return resource;
  const where = namespace === "" ? "" : ` in namespace ${namespace}`;
  throw new PluginError(`${exactKind} ${JSON.stringify(name)} not found${where}`);
}

/** Returns `Kind/name`, with the namespace if it is not the expected one. */
export function label({ kind, namespace, name }: Key, expected: string | undefined): string {
  return namespace === "" || namespace === expected ? `${kind}/${name}` : `${kind}/${name} (${namespace})`;
}
