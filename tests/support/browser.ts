/**
 * A real Chromium for tests of the page. Each page reports what went wrong in it: exceptions, errors of the
 * console, refused requests and violations of the content security policy.
 */
import axe from "axe-core";
import puppeteer, { type Browser, type BrowserContext, type Page as Tab } from "puppeteer-core";
import { holds } from "./holds.ts";
import { IMPORT_MAP } from "./import_map.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

/** The options of a test that needs Chromium. Without it the test is skipped, and its name says why. */
export function needsChromium(name: string): { readonly name: string; readonly ignore: boolean } {
  const ignore = CHROMIUM === undefined;
  return { name: ignore ? `${name} (skipped: there is no chromium)` : name, ignore };
}

/** Makes the page as `deno task page` does. */
export async function makePage(): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/page.ts", ...IMPORT_MAP],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: "light" | "dark";
}

export class Chromium implements AsyncDisposable {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<Chromium> {
    const args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
    return new Chromium(await puppeteer.launch({ executablePath: CHROMIUM ?? "", args }));
  }

  async open(url: string, { width = 1500, height = 1000, theme = "dark" }: PageOptions = {}): Promise<Page> {
    const context = await this.#browser.createBrowserContext();
    const tab = await context.newPage();
    await tab.setViewport({ width, height });
    const page = new Page(tab, context);
    await page.setTheme(theme);
    await tab.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

export class Page implements AsyncDisposable {
  readonly tab: Tab;
  /** What went wrong, in words. */
  readonly errors: string[] = [];
  readonly #context: BrowserContext;

  constructor(tab: Tab, context: BrowserContext) {
    this.tab = tab;
    this.#context = context;
    tab.on("pageerror", (error) => this.errors.push(`exception: ${error}`));
    tab.on("console", (message) => {
      if (message.type() === "error") this.errors.push(`console: ${message.text()}`);
    });
  }

  /** Changes the theme of the system. */
  async setTheme(theme: "light" | "dark"): Promise<void> {
    await this.tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
  }

  /** Waits until the text of the page contains a text. */
  async shows(text: string): Promise<void> {
    await holds(async () => {
      const found = await this.text();
      if (!found.includes(text)) {
        throw new Error(`no ${JSON.stringify(text)} in the page: ${found.slice(0, 2_000)}`);
      }
    }, 20);
  }

  /** Waits until the text of the page no longer contains a text. */
  async hides(text: string): Promise<void> {
    await holds(async () => {
      if ((await this.text()).includes(text)) throw new Error(`${JSON.stringify(text)} is still in the page`);
    }, 20);
  }

  text(): Promise<string> {
    return this.evaluate("document.body.innerText");
  }

  /** Evaluates an expression of JavaScript in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    return await this.tab.evaluate(expression) as T;
  }

  /** Clicks the first element that matches a selector and whose text contains a text. */
  async click(selector: string, text = ""): Promise<void> {
    await holds(async () => {
      const found = await this.evaluate<boolean>(`(() => {
        const match = [...document.querySelectorAll(${JSON.stringify(selector)})]
          .find((it) => it.textContent.includes(${JSON.stringify(text)}));
        match?.click();
        return match !== undefined;
      })()`);
      if (!found) throw new Error(`nothing matches ${selector} with ${text}`);
    }, 20);
  }

  /** Returns the serious and critical findings of axe-core, each with the elements that it is about. */
  async accessibilityFaults(): Promise<string[]> {
    await this.tab.evaluate(axe.source);
    return await this.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
      violations.filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((it) => it.html + " " + it.failureSummary).join(" | ")))`);
  }

  /** Returns what makes the page wider than its window: some elements, each with its class and text. */
  tooWide(): Promise<string[]> {
    return this.evaluate(`document.documentElement.scrollWidth <= innerWidth + 1 ? [] : ["scrolls sideways",
      ...[...document.querySelectorAll("body *")].filter((it) => it.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 5).map((it) => it.tagName + "." + it.getAttribute("class") + " " + it.textContent.slice(0, 60))]`);
  }

  /** Saves a picture for people, in dist/screenshots. */
  async screenshot(name: string): Promise<void> {
    await Deno.mkdir("dist/screenshots", { recursive: true });
    await this.tab.screenshot({ path: `dist/screenshots/${name}.png` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}
