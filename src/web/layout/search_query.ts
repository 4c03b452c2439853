/**
 * The text of a search: words, and `field:value` terms such as `kind:Pod`, `ns:prod`, `status:Error`,
 * `release:shop/web`, `image:nginx` and `label:app=web`. Terms of one field that cannot be repeated replace
 * one another.
 */
export interface SearchQuery {
  readonly words: string;
  readonly terms: readonly { readonly field: Field; readonly value: string }[];
}

const FIELDS = {
  kind: "kind",
  namespace: "namespace",
  ns: "namespace",
  status: "status",
  release: "release",
  image: "image",
  label: "labelSelector",
  name: "name",
} as const;

export type Field = typeof FIELDS[keyof typeof FIELDS];

export function parseSearch(text: string): SearchQuery {
  const words: string[] = [];
  const terms: { field: Field; value: string }[] = [];
  for (const part of text.split(/\s+/).filter(Boolean)) {
    const [, key = "", value = ""] = /^([a-z]+):(.+)$/i.exec(part) ?? [];
    const field = Object.hasOwn(FIELDS, key.toLowerCase())
      ? FIELDS[key.toLowerCase() as keyof typeof FIELDS]
      : undefined;
    if (field === undefined) words.push(part);
    else terms.push({ field, value });
  }
  return { words: words.join(" "), terms };
}

/** Returns the text without one of its terms. */
export function withoutTerm({ words, terms }: SearchQuery, index: number): string {
  const rest = terms.filter((_, i) => i !== index).map(({ field, value }) => `${labelOf(field)}:${value}`);
  return [...rest, words].filter(Boolean).join(" ");
}

/** Returns the name of a field as it is typed. */
export function labelOf(field: Field): string {
  return field === "labelSelector" ? "label" : field;
}

/** Returns the parameters of the API for the terms alone. Kinds and names may be repeated, selectors join. */
export function filterOf({ terms }: SearchQuery): URLSearchParams {
  const params = new URLSearchParams();
  for (const { field, value } of terms) {
    if (field === "kind" || field === "namespace" || field === "name") params.append(field, value);
    else if (field === "labelSelector") {
      params.set(field, [params.get(field), value].filter(Boolean).join(","));
    } else params.set(field, value);
  }
  return params;
}
