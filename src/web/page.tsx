/**
 * The page: header, the screen of the current place, keys. Places are links; a click on one changes the
 * address and the screen without loading the page anew.
 */
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Kind } from "./answers.ts";
import { Header } from "./elements/header.tsx";
import { KeyHelp } from "./elements/key_help.tsx";
import { SignIn } from "./elements/sign_in.tsx";
import { applyTheme } from "./elements/theme.tsx";
import { followLinks } from "./go.ts";
import { listenToKeys } from "./keyboard.ts";
import { stream, useAnswer, useLive } from "./live/hooks.ts";
import { type Place, placeOf } from "./place.ts";
import { NamespacesScreen, NodesScreen } from "./screens/groups.tsx";
import { Home } from "./screens/home.tsx";
import { ImpactScreen } from "./screens/impact.tsx";
import { KindsScreen } from "./screens/kinds.tsx";
import { LeftoversScreen } from "./screens/leftovers.tsx";
import { OwnerScreen, ReleaseScreen } from "./screens/release.tsx";
import { ResourceScreen } from "./screens/resource.tsx";
import { SearchScreen } from "./screens/search.tsx";
import { Syncing } from "./screens/syncing.tsx";

/** A watch that is cut changes no resource, so the stream does not tell it at once. */
const KINDS_EVERY_MS = 3_000;

function Page() {
  const [place, setPlace] = useState<Place>(placeOf(location.search));
  const [showsKeys, setShowsKeys] = useState(false);
  const live = useLive();
  const kinds = useAnswer<Kind[]>("api/v1/kinds", { everyMs: KINDS_EVERY_MS });
  useEffect(() => {
    const onPlace = () => setPlace(placeOf(location.search));
    addEventListener("popstate", onPlace);
    addEventListener("placechange", onPlace);
    const stop = listenToKeys({ showHelp: (shown) => setShowsKeys((before) => shown ?? !before) });
    return () => {
      removeEventListener("popstate", onPlace);
      removeEventListener("placechange", onPlace);
      stop();
    };
  }, []);
  useEffect(() => {
    stream.follow(queryOf(place));
    document.title = titleOf(place);
  }, [location.search]);

  const isSyncing = kinds.value !== undefined && kinds.value.some(({ state }) => state === "listing") &&
    kinds.value.every(({ state, count }) => state !== "synced" || count === 0);
  return (
    <>
      <a class="skip" href="#main">Skip to the content</a>
      <Header live={live} kinds={kinds} place={place} />
      {live.connection === "lost" && (
        <p class="banner" role="alert">
          The connection to the server is lost. What you see is as of the last change; the page tries again by
          itself.
        </p>
      )}
      {live.needsToken
        ? <SignIn />
        : isSyncing
        ? <Syncing kinds={kinds.value ?? []} />
        : screenOf(place, kinds)}
      {showsKeys && <KeyHelp onClose={() => setShowsKeys(false)} />}
    </>
  );
}

function screenOf(place: Place, kinds: ReturnType<typeof useAnswer<Kind[]>>) {
  // The key makes a new screen for another subject, so that nothing of the last one stays.
  const { params } = place;
  switch (place.screen) {
    case "home":
      return <Home place={place} kinds={kinds.value} key="home" />;
    case "release":
      return <ReleaseScreen place={place} kinds={kinds.value} key={`release ${params.get("release")}`} />;
    case "owner":
      return <OwnerScreen place={place} kinds={kinds.value} key={`owner ${params.get("uid")}`} />;
    case "resource":
      return <ResourceScreen place={place} key={`resource ${params.get("uid")}`} />;
    case "impact":
      return <ImpactScreen place={place} key={`impact ${params}`} />;
    case "search":
      return <SearchScreen place={place} key="search" />;
    case "leftovers":
      return <LeftoversScreen key="leftovers" />;
    case "kinds":
      return <KindsScreen kinds={kinds} key="kinds" />;
    case "namespaces":
      return <NamespacesScreen key="namespaces" />;
    case "nodes":
      return <NodesScreen place={place} key="nodes" />;
  }
}

/** Returns the filter of the stream: what is on screen, with deltas where the screen lists events. */
function queryOf({ screen, params }: Place): string {
  if (screen === "release") return `release=${encodeURIComponent(params.get("release") ?? "")}`;
  if (screen === "owner") return `owner=${encodeURIComponent(params.get("uid") ?? "")}`;
  return "only=rv";
}

function titleOf({ screen, params }: Place): string {
  const subject = params.get("release") ?? params.get("query") ?? params.get("namespace") ?? "";
  const name = screen === "home" ? "" : screen[0]?.toUpperCase() + screen.slice(1);
  return [subject, name, "Astrolabe"].filter(Boolean).join(" · ");
}

applyTheme();
followLinks();
const root = document.getElementById("page");
if (root) render(<Page />, root);
