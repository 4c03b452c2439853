/** The page's files over HTTP. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PAGE_PATHS, respondPage } from "../../src/http/respond_page.ts";
import { HttpError } from "../../src/http/http_error.ts";
import { Api } from "./api.ts";

const file = { type: "text/html; charset=utf-8", bytes: new TextEncoder().encode("<p>") };
const request = (headers = {}) => new Request("http://localhost/", { headers });

Deno.test("GET /, allows neither inline code nor frames nor other hosts", async () => {
  const { headers } = await respondPage("/", () => Promise.resolve(file), request());
  const policy = headers.get("content-security-policy") ?? "";
  assertStringIncludes(policy, "default-src 'none'");
  assertStringIncludes(policy, "frame-ancestors 'none'");
  assertEquals(/unsafe|https?:|\*/.test(policy), false);
  assertEquals(headers.get("content-type"), file.type);
});

Deno.test("GET /, is 304 for a client that has it, and 200 once it has changed", async () => {
  const first = await respondPage("/", () => Promise.resolve(file), request());
  const etag = first.headers.get("etag") ?? "";
  assertMatch(etag, /^W\/"[0-9a-f]{24}"$/);
  const again = await respondPage(
    "/",
    () => Promise.resolve(file),
    request({ "if-none-match": `"x", ${etag}` }),
  );
  assertEquals([again.status, again.headers.get("etag")], [304, etag]);
  const other = { ...file, bytes: new TextEncoder().encode("<b>") };
  const changed = await respondPage("/", () => Promise.resolve(other), request({ "if-none-match": etag }));
  assertEquals(changed.status, 200);
});

Deno.test("GET /, says how to make a page that has not been made", async () => {
  const error = await respondPage("/", () => Promise.resolve(undefined), request()).catch((it) => it);
  assertEquals([error instanceof HttpError, error.message], [
    true,
    "The web page has not been made; `deno task page` makes it",
  ]);
});

for (const path of Object.keys(PAGE_PATHS)) {
  Deno.test(`POST ${path} is refused`, async () => {
    const { status, headers } = await new Api().request(path, { method: "POST" });
    assertEquals([status, headers.get("allow")], [405, "GET, HEAD"]);
  });
}
