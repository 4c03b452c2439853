/**
 * A place of the page: a screen with its parameters. It stands in the query string, so that a place can be
 * sent, and so that the page works below any path prefix.
 */
import type { Key } from "./answers.ts";

export const SCREENS = [
  "home",
  "release",
  "owner",
  "resource",
  "impact",
  "search",
  "leftovers",
  "kinds",
  "namespaces",
  "nodes",
] as const;

export type Screen = typeof SCREENS[number];

export interface Place {
  readonly screen: Screen;
  readonly params: URLSearchParams;
}

/** Returns the place of a query string. An unknown screen is Home. */
export function placeOf(search: string): Place {
  const params = new URLSearchParams(search);
  const screen = SCREENS.find((it) => it === params.get("screen")) ?? "home";
  params.delete("screen");
  return { screen, params };
}

type Params = URLSearchParams | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Returns the address of a place, relative to the page. */
export function hrefOf(screen: Screen, params: Params = {}): string {
  const query = new URLSearchParams(screen === "home" ? [] : [["screen", screen]]);
  const entries = params instanceof URLSearchParams ? params : Object.entries(params);
  for (const [name, value] of entries) {
    for (const one of [value ?? []].flat()) if (one !== "") query.append(name, one);
  }
  const text = query.toString();
  return text === "" ? "./" : `?${text}`;
}

/** Returns the address of the same place with other values of some parameters; undefined removes one. */
export function hrefWith({ screen, params }: Place, changes: Record<string, string | undefined>): string {
  const changed = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) changed.delete(name);
    else changed.set(name, value);
  }
  return hrefOf(screen, changed);
}

export function hrefOfResource(uid: string): string {
  return hrefOf("resource", { uid });
}

export function hrefOfRelease({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  return hrefOf("release", { release: `${namespace}/${name}` });
}

/** Returns the address of the impact of a target that does not exist. */
export function hrefOfMissing({ kind, namespace, name }: Key): string {
  return hrefOf("impact", { kind, namespace, name });
}
