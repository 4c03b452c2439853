/**
 * The files of the web page. A bundle carries them; from source they are read from dist/page at each request,
 * so that a page that was made anew is served at once.
 */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const TYPES = {
  "index.html": "text/html; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml",
} as const;

export type PageFileName = keyof typeof TYPES;

export const PAGE_FILE_NAMES = Object.keys(TYPES) as PageFileName[];

const { ASTROLABE_PAGE: embedded } = globalThis as { ASTROLABE_PAGE?: Record<PageFileName, string> };
const encoder = new TextEncoder();

/** Returns a file of the page, or undefined if the page has not been made. */
export async function readPageFile(name: PageFileName): Promise<PageFile | undefined> {
  const type = TYPES[name];
  if (embedded) return { type, bytes: encoder.encode(embedded[name]) };
  try {
    return { type, bytes: await Deno.readFile(new URL(`../dist/page/${name}`, import.meta.url)) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
