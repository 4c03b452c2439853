/** The page of a server that asks for a token. */
import { assertEquals } from "@std/assert";
import { Astrolabe } from "../support/astrolabe.ts";
import { Chromium, makePage, needsChromium } from "../support/browser.ts";
import { holds } from "../support/holds.ts";

Deno.test({
  ...needsChromium("Page, asks for a token where one is needed, and keeps it for the tab alone"),
  async fn() {
    await makePage();
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, "viewer:correct-horse-battery-staple-0123456789\n");
    const astrolabe = await Astrolabe.start("demo", "--auth=token", `--auth-token-file=${file}`);
    try {
      await holds(async () => assertEquals((await astrolabe.text("/readyz")).status, 200));
      await using chromium = await Chromium.start();
      await using page = await chromium.open(`${astrolabe.url}/`);
      await page.shows("It needs a bearer token");
      assertEquals(await page.accessibilityFaults(), []);
      await page.tab.type("#token", "wrong");
      await page.tab.keyboard.press("Enter");
      await page.shows("The server rejected the token");
      await page.evaluate("document.querySelector('#token').value = ''");
      await page.tab.type("#token", "correct-horse-battery-staple-0123456789");
      await page.tab.keyboard.press("Enter");
      await page.shows("partners/mailer");
      await page.shows("viewer");
      await page.tab.reload();
      await page.shows("partners/mailer");
      const kept = "JSON.stringify([location.href, document.cookie, {...localStorage}])";
      assertEquals((await page.evaluate<string>(kept)).includes("correct-horse"), false);
      await page.click("button", "Sign out");
      await page.shows("It needs a bearer token");
      assertEquals(await page.evaluate("sessionStorage.length"), 0);
    } finally {
      await astrolabe.stop();
      await Deno.remove(file);
    }
  },
});
