/** Every screen of the page on the demo, in both themes and four widths, by a real browser. */
import { assertEquals } from "@std/assert";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";
import { Chromium, makePage, needsChromium } from "../support/browser.ts";

/** The last is a window of 1,280 pixels at a zoom of 400 %. */
const WIDTHS = [1500, 1000, 400, 320];

/** A screen: its name, its query string, and a text that shows that it is complete. */
type Screen = readonly [name: string, query: string, shows: string];

async function screensOf(astrolabe: Astrolabe): Promise<Screen[]> {
  const uidOf = async (kind: string, namespace: string, name: string) =>
    (await astrolabe.json(`/api/v1/resources?kind=${kind}&namespace=${namespace}&name=${name}`))[0].uid;
  const secret = await uidOf("Secret", "identity", "registry-credentials");
  const mailer = await uidOf("Deployment", "partners", "mailer");
  const [{ owner }] = (await astrolabe.json("/api/v1/bands")).filter((it: { owner?: unknown }) => it.owner);
  const causes = await astrolabe.json("/api/v1/causes");
  const missing = causes.find((it: { cause: { missing: boolean } }) => it.cause.missing);
  return [
    ["home", "", "partners/mailer"],
    ["cause", `?cause=${missing.id}`, "What does not work without it?"],
    ["release", "?screen=release&release=partners/mailer", "helm history -n partners mailer"],
    ["owner", `?screen=owner&uid=${owner.uid}`, "in no release"],
    ["resource", `?screen=resource&uid=${mailer}`, "mailer-features does not exist"],
    ["impact", `?screen=impact&uid=${secret}`, "workloads with"],
    [
      "missing",
      "?screen=impact&kind=ConfigMap&namespace=partners&name=mailer-features",
      "It does not exist.",
    ],
    ["search", "?screen=search&query=mailer+kind:Pod", "Resources"],
    ["leftovers", "?screen=leftovers", "Claims that no Pod"],
    ["kinds", "?screen=kinds", "ClusterRoleBinding"],
    ["namespaces", "?screen=namespaces", "partners"],
    ["nodes", "?screen=nodes", "node-spot-1"],
    ["unknown", "?screen=resource&uid=nobody", "it does not exist"],
  ];
}

Deno.test({
  ...needsChromium("Page, every screen of the demo"),
  async fn(t) {
    await makePage();
    const astrolabe = await Astrolabe.start("demo");
    try {
      await astrolabe.ready();
      await using chromium = await Chromium.start();
      for (const [name, query, text] of await screensOf(astrolabe)) {
        await t.step(name, async () => {
          await using page = await chromium.open(`${astrolabe.url}/${query}`);
          await page.shows(text);
          await page.shows("live");
          for (const theme of ["light", "dark"] as const) {
            await page.setTheme(theme);
            assertEquals(await page.accessibilityFaults(), [], theme);
            await page.screenshot(`${name}_${WIDTHS[0]}_${theme}`);
          }
          for (const width of WIDTHS) {
            await page.tab.setViewport({ width, height: 1000 });
            await page.shows(text);
            await holds(
              async () => assertEquals(await page.tooWide(), [], `at ${width} pixels`),
              5,
            );
            await page.screenshot(`${name}_${width}_dark`);
          }
          // A resource that does not exist is a 404, which the console tells.
          assertEquals(page.errors.filter((it) => !(name === "unknown" && it.includes("404"))), []);
        });
      }
      await t.step("bands that come and go while the width changes are drawn once", async () => {
        await using page = await chromium.open(astrolabe.url);
        await page.shows("partners/mailer");
        for (let i = 0; i < 24; i++) {
          await page.tab.setViewport({ width: WIDTHS[i % WIDTHS.length] ?? 0, height: 1000 });
          await page.evaluate(`scrollTo(0, ${(i * 1_700) % 7_000})`);
          await new Promise((resolve) => setTimeout(resolve, i % 3 === 0 ? 30 : 150));
        }
        const twice = `[...document.querySelectorAll(".band")].filter((it) => it.children.length > 2).length`;
        assertEquals(await page.evaluate(twice), 0);
      });
    } finally {
      await astrolabe.stop();
    }
  },
});
