/** The keys: `/` searches, `j` and `k` walk through the items of the screen, `?` shows the keys. */
export interface KeyActions {
  /** Shows or hides the help; undefined switches. */
  showHelp(shown?: boolean): void;
}

/** Listens until the returned function is called. */
export function listenToKeys(actions: KeyActions): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const { target } = event;
    const isTyping = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
    if (event.key === "Escape") {
      actions.showHelp(false);
      if (isTyping) target.blur();
      else if (location.search !== "") history.back();
      return;
    }
    if (isTyping) return;
    const action = ACTIONS[event.key];
    if (action === undefined && event.key !== "?") return;
    event.preventDefault();
    if (event.key === "?") actions.showHelp();
    else action?.();
  };
  const onClick = ({ target }: MouseEvent) => {
    if (target instanceof Element && target.closest("[data-help]")) actions.showHelp();
  };
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  return () => {
    document.removeEventListener("keydown", onKey);
    document.removeEventListener("click", onClick);
  };
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  "/": () => document.querySelector<HTMLInputElement>("#search")?.focus(),
  j: () => move(1),
  k: () => move(-1),
};

/** Moves the focus to the next or the previous item of the screen. */
function move(by: 1 | -1): void {
  const items = [...document.querySelectorAll<HTMLElement>("[data-item], .band h3 a")];
  const at = items.findIndex((it) => it === document.activeElement);
  const next = items[at === -1 ? (by === 1 ? 0 : items.length - 1) : at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
