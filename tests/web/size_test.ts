import { assert, assertEquals } from "@std/assert";
import { PAGE_FILE_NAMES } from "../../src/page_files.ts";
import { makePage } from "../support/browser.ts";

const BYTES_MAX = 60_000;

Deno.test("Page, all that it loads has at most 60 KB compressed, and names no other host", async () => {
  await makePage();
  let bytes = 0;
  for (const name of PAGE_FILE_NAMES) {
    const file = await Deno.readFile(`dist/page/${name}`);
    const packed = await new Response(new Blob([file]).stream().pipeThrough(new CompressionStream("gzip")))
      .bytes();
    bytes += packed.length;
    const hosts = new TextDecoder().decode(file).match(/\bhttps?:\/\/[^\s"'`)]+/g) ?? [];
    // Names of XML vocabularies, which nobody requests.
    assertEquals(hosts.filter((it) => !it.startsWith("http://www.w3.org/")), [], name);
  }
  assert(bytes <= BYTES_MAX, `${bytes} bytes`);
});
