/**
 * The documentation as tests read it: the pages, and the parts of a page that tests compare with the code.
 */
import { join, normalize } from "node:path/posix";

export interface CodeBlock {
  /** The language, such as `sh`. Empty if the block names none. */
  readonly language: string;
  readonly text: string;
  /** The paragraph directly before the block, on one line. */
  readonly introduction: string;
}

const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "deploy/kubernetes/README.md",
  "deploy/helm/astrolabe/README.md",
];

/** Returns the paths of all pages from the root of the project. */
export function pages(): string[] {
  const inFolder = [...Deno.readDirSync("docs")].map(({ name }) => `docs/${name}`).sort();
  return [...PAGES, ...inFolder.filter((path) => path.endsWith(".md"))];
}

export function readPage(path: string): string {
  return Deno.readTextFileSync(path);
}

export function codeBlocks(page: string): CodeBlock[] {
  return [...page.matchAll(/^( *)```(\w*)\n(.*?)^\1```$/gms)].map((match) => {
    const [, indent = "", language = "", text = ""] = match;
    const before = page.slice(0, match.index).trimEnd().split(/\n\s*\n/).at(-1) ?? "";
    const introduction = before.replace(/\s*\n\s*/g, " ").trim();
    return { language, text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""), introduction };
  });
}

/** Returns the commands of all shell blocks, without comments. */
export function commands(page: string): string[] {
  return codeBlocks(page).filter(({ language }) => language === "sh").flatMap(({ text }) => commandsIn(text));
}

/** Returns the commands of a shell script. Continued lines are joined; a quoted text may have several, and a loop. */
function commandsIn(script: string): string[] {
  if (/^while /m.test(script)) return [script.trim()];
  const found: string[] = [];
  let open = "";
  for (const line of script.replaceAll(/\\\n\s*/g, "").split("\n")) {
    const bare = open === "" ? line.replace(/(^|\s)#\s.*$/, "").trim() : line;
    const text = open === "" ? bare : `${open}\n${bare}`;
    const isOpen = text.split("'").length % 2 === 0;
    if (!isOpen && text !== "") found.push(text);
    open = isOpen ? text : "";
  }
  if (open !== "") throw new Error(`a quote is never closed: ${open}`);
  return found;
}

/** Returns the rows of all tables, without headers. */
export function tableRows(page: string): string[][] {
  const lines = page.split("\n");
  const isDivider = (line = "") => /^\|[\s|:-]+\|$/.test(line);
  return lines
    .filter((line, at) => line.startsWith("|") && !isDivider(line) && !isDivider(lines[at + 1]))
    .map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
}

/** Returns the texts in backticks. */
export function codeSpans(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
}

/** Returns the text after a heading, up to the next heading of the same or a higher level. */
export function section(page: string, heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const start = `\n${page}`.indexOf(`\n${heading}\n`);
  if (start === -1) throw new Error(`there is no heading ${heading}`);
  const rest = page.slice(start + heading.length);
  const end = rest.search(new RegExp(`^#{1,${level}} `, "m"));
  return end === -1 ? rest : rest.slice(0, end);
}

/** Returns the anchors of the headings, as code hosts create them. */
export function anchors(page: string): string[] {
  const withoutCode = page.replaceAll(/^ *```.*?^ *```$/gms, "");
  return [...withoutCode.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-")
  );
}

/** Returns the links to files of the project: paths from its root, with the anchor if they have one. */
export function localLinks(path: string): { readonly file: string; readonly anchor?: string }[] {
  const text = readPage(path).replaceAll(/^ *```.*?^ *```$/gms, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = "", anchor] = target.split("#");
      return {
        file: file === "" ? path : normalize(join(path, "..", file)),
        ...anchor && { anchor },
      };
    });
}
