import type { ResourceKind } from "./resource_kind.ts";

/** Which custom resources are followed: all, none, or those that a pattern names. */
export type CustomResources = "auto" | "none" | readonly string[];

/**
 * Parses `auto`, `none`, or groups and `resource.group` names, separated by commas, in which `*` stands for any
 * characters: `*.cert-manager.io,applications.argoproj.io`.
 *
 * @throws {SyntaxError} if a name has other characters.
 */
export function parseCustomResources(text: string): CustomResources {
  if (text === "auto" || text === "none") return text;
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !/^[a-z0-9*]([a-z0-9.*-]*[a-z0-9*])?$/.test(name));
  if (wrong === undefined) return names;
  throw new SyntaxError(
    `must be auto, none, or groups and resource.group names; ${JSON.stringify(wrong)} is neither`,
  );
}

/** Reports whether a kind is followed. */
export function follows(which: CustomResources, kind: Pick<ResourceKind, "group" | "plural">): boolean {
  return which === "auto" || names(which, kind);
}

/** Reports whether a pattern names a kind. */
export function names(
  which: CustomResources,
  { group, plural }: Pick<ResourceKind, "group" | "plural">,
): boolean {
  if (typeof which === "string") return false;
  return which.some((pattern) => matches(pattern, group) || matches(pattern, `${plural}.${group}`));
}

/** Compares piece by piece, so that no pattern takes long. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === first;
  const last = rest.pop() ?? "";
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) {
    return false;
  }
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
