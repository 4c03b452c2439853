/** The header: the way home, search, the screens, and how current all is. */
import { useEffect, useRef } from "preact/hooks";
import type { Kind } from "../answers.ts";
import { go } from "../go.ts";
import type { LiveState } from "../live/hooks.ts";
import type { Answer } from "../live/reader.ts";
import { hrefOf, type Place, type Screen } from "../place.ts";
import { Freshness } from "./freshness.tsx";
import { Sight } from "./sight.tsx";
import { ThemeSwitch } from "./theme.tsx";

const LINKS: readonly (readonly [Screen, string])[] = [
  ["home", "Home"],
  ["namespaces", "Namespaces"],
  ["nodes", "Nodes"],
  ["leftovers", "Leftovers"],
  ["kinds", "Kinds"],
];

const TYPING_PAUSE_MS = 120;

export function Header({ live, kinds, place }: {
  readonly live: LiveState;
  readonly kinds: Answer<Kind[]>;
  readonly place: Place;
}) {
  return (
    <header>
      <a class="brand" href={hrefOf("home")}>
        <img src="icon.svg" alt="" width={18} height={18} /> Astrolabe
      </a>
      <SearchField place={place} />
      <nav aria-label="Screens">
        {LINKS.map(([screen, name]) => (
          <a href={hrefOf(screen)} aria-current={screen === place.screen ? "page" : undefined}>{name}</a>
        ))}
      </nav>
      <Freshness live={live} kinds={kinds} />
      <Sight />
      <button type="button" class="plain" data-help title="Keys and shapes" aria-label="Keys and shapes">
        ?
      </button>
      <ThemeSwitch />
    </header>
  );
}

function SearchField({ place }: { readonly place: Place }) {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  const query = place.screen === "search" ? place.params.get("query") ?? "" : "";
  useEffect(() => {
    // The address decides, except while it follows what is typed.
    if (field.current && field.current !== document.activeElement) field.current.value = query;
  }, [query]);
  const search = () => {
    const text = field.current?.value.trim() ?? "";
    const isSearching = place.screen === "search";
    if (text !== "" || isSearching) go(hrefOf("search", { query: text }), { replaces: isSearching });
  };
  return (
    <form
      role="search"
      onSubmit={(event: Event) => {
        event.preventDefault();
        clearTimeout(timer.current ?? 0);
        search();
      }}
    >
      <input
        id="search"
        ref={field}
        type="search"
        placeholder="Find a resource, a release, an image …  /"
        aria-label="Find a resource, a release or an image"
        autocomplete="off"
        spellcheck={false}
        onInput={() => {
          clearTimeout(timer.current ?? 0);
          timer.current = setTimeout(search, TYPING_PAUSE_MS);
        }}
      />
    </form>
  );
}
