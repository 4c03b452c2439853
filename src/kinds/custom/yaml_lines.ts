import { EVENT_ID, getScalarValue, parseEvents } from "js-yaml";

/** The place of a value in a YAML document: keys and positions, from the root. */
export type Place = readonly (string | number)[];

/** Finds the lines of the values of a YAML document that parses. */
export class YamlLines {
  readonly #offsets = new Map<string, number>();
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    const open: { readonly place: Place; readonly isMapping: boolean; items: number; key?: string }[] = [];
    for (const event of parseEvents(text, {})) {
      if (event.type === EVENT_ID.DOCUMENT) continue;
      if (event.type === EVENT_ID.POP) {
        open.pop();
        continue;
      }
      const parent = open.at(-1);
      const offset = event.type === EVENT_ID.SCALAR
        ? event.valueStart
        : event.type === EVENT_ID.ALIAS
        ? event.anchorStart
        : event.start;
      if (parent?.isMapping && parent.key === undefined && event.type === EVENT_ID.SCALAR) {
        parent.key = getScalarValue(text, event);
        // The line of a value is that of its key.
        this.#offsets.set(keyOf([...parent.place, parent.key]), offset);
        continue;
      }
      const place = parent === undefined ? [] : [...parent.place, parent.key ?? parent.items];
      if (parent !== undefined) {
        parent.items++;
        delete parent.key;
      }
      if (!this.#offsets.has(keyOf(place))) this.#offsets.set(keyOf(place), offset);
      if (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.ALIAS) {
        open.push({ place, isMapping: event.type === EVENT_ID.MAPPING, items: 0 });
      }
    }
  }

  /** Returns the line of a value, or of the nearest one around it. The first line is 1. */
  at(place: Place): number {
    for (let length = place.length; length >= 0; length--) {
      const offset = this.#offsets.get(keyOf(place.slice(0, length)));
      if (offset !== undefined) return this.#text.slice(0, offset).split("\n").length;
    }
    return 1;
  }
}

function keyOf(place: Place): string {
  return JSON.stringify(place);
}
