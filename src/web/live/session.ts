/** The bearer token of this tab. It ends with the tab, and no other tab sees it. */
const NAME = "astrolabe-token";

export function token(): string | undefined {
  return sessionStorage.getItem(NAME) ?? undefined;
}

export function setToken(text: string | undefined): void {
  if (text === undefined) sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, text);
}

/** Returns the headers of a request to the API. */
export function headers(more: Readonly<Record<string, string>> = {}): Headers {
  const all = new Headers(more);
  const text = token();
  if (text !== undefined) all.set("authorization", `Bearer ${text}`);
  return all;
}
