/** The theme: the system's, until it is switched. It is remembered by this browser and stands in no address. */
import { useState } from "preact/hooks";

const NAME = "astrolabe-theme";
const THEMES = ["system", "light", "dark"] as const;

type Theme = typeof THEMES[number];

/** Applies the remembered theme. */
export function applyTheme(): void {
  setTheme(remembered());
}

function remembered(): Theme {
  return THEMES.find((it) => it === localStorage.getItem(NAME)) ?? "system";
}

function setTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function ThemeSwitch() {
  const [theme, set] = useState<Theme>(remembered());
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  const change = () => {
    localStorage.setItem(NAME, next);
    setTheme(next);
    set(next);
  };
  return (
    <button type="button" class="plain" onClick={change} title={`Theme: ${theme}; switch to ${next}`}>
      {{ system: "◐", light: "○", dark: "●" }[theme]}
      <span class="unseen">Theme: {theme}</span>
    </button>
  );
}
