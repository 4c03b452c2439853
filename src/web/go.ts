/** Changes the place without loading the page. */
import { placeOf } from "./place.ts";

/** Follows links to other places of the page. */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || link.target !== "" || link.origin !== location.origin) return;
    if (link.pathname !== location.pathname || link.hash !== "") return;
    event.preventDefault();
    go(link.search);
  });
}

/** Goes to a place, given by its query string. */
export function go(search: string, { replaces = false } = {}): void {
  const before = placeOf(location.search).screen;
  const url = location.pathname + search;
  if (replaces) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  dispatchEvent(new Event("placechange"));
  if (placeOf(search).screen === before) return;
  scrollTo(0, 0);
  // After the new screen is rendered, so that a screen reader begins there.
  requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));
}
