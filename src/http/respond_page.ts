/**
 * Serves the web page: `/` and the files that it loads. They are the same for every user and hold nothing of
 * the cluster. The policy allows scripts, styles and requests of this server alone, and no frames.
 */
import { HttpError } from "./http_error.ts";

/** The paths of the page, with the file at each. */
export const PAGE_PATHS = {
  "/": "index.html",
  "/page.js": "page.js",
  "/page.css": "page.css",
  "/icon.svg": "icon.svg",
} as const;

/** Returns a file of the page by its name, or undefined if the page has not been made. */
export type ReadPageFile = (
  name: typeof PAGE_PATHS[keyof typeof PAGE_PATHS],
) => Promise<{ readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> } | undefined>;

const HEADERS = {
  "cache-control": "no-cache",
  "content-security-policy": [
    "default-src 'none'",
    ...["script-src", "style-src", "img-src", "connect-src"].map((directive) => `${directive} 'self'`),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
};

/** Returns the response with a file of the page, or 304 if the client has it. */
export async function respondPage(path: keyof typeof PAGE_PATHS, read: ReadPageFile, request: Request) {
  const file = await read(PAGE_PATHS[path]);
  if (file === undefined) {
    const message = "The web page has not been made; `deno task page` makes it";
    throw new HttpError(message, { status: 404, code: "not_found" });
  }
  const etag = `W/"${await digest(file.bytes)}"`;
  const headers = { ...HEADERS, "content-type": file.type, etag };
  const known = request.headers.get("if-none-match")?.split(",").some((tag) => tag.trim() === etag);
  return known ? new Response(null, { status: 304, headers }) : new Response(file.bytes, { headers });
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hash.subarray(0, 12).toHex();
}
