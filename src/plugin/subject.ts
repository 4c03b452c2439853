/** The resource that a command is about: `deploy/web`, or `deploy web`. */
import type { Key, Resource } from "./answers.ts";
import type { Invocation } from "./invocation.ts";
import { PluginError } from "./plugin_error.ts";
import { findSubject, type Subject } from "./questions.ts";

/** Finds the resource that the words name. */
export async function subjectOf({ words, namespace, server }: Invocation): Promise<Subject> {
  const [first = "", second, third] = words;
  const slash = first.indexOf("/");
  const [kind, name] = slash < 0 ? [first, second] : [first.slice(0, slash), first.slice(slash + 1)];
  const surplus = slash < 0 ? third : second;
  if (kind === "" || !name) throw new PluginError("name the resource as KIND/NAME, such as deploy/web");
  if (surplus !== undefined) throw new PluginError(`unexpected argument ${JSON.stringify(surplus)}`);
  const withoutNamespace = "-A does not name one resource; use -n";
  return await findSubject(server, { kind, name, namespace, withoutNamespace });
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

/** Returns `kind/name`, which kubectl takes. */
export function shortLabel({ kind, name }: Pick<Key, "kind" | "name">): string {
  return `${kind.toLowerCase()}/${name}`;
}
