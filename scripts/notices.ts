/**
 * Writes the licences of all third-party code in the bundle. The bundle and the image may only be passed on
 * together with these texts.
 */
import { join } from "node:path";

/** The part of the answer of `deno info --json main.ts` that is used here. */
export interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly npmPackage?: string;
    readonly local?: string;
  }[];
  readonly npmPackages: Readonly<Record<string, NpmPackage>>;
}

interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
  readonly localPath: string;
}

export interface Notice {
  /** Name and version. */
  readonly of: string;
  readonly text: string;
}

/**
 * Returns a notice for each npm and JSR package of the bundle, by name. The graph names dependencies that no
 * imported file needs: they are left out. A bundle that is not minified names its files in comments.
 *
 * @throws {Error} for a package without a licence text.
 */
export function noticesOf(graph: ModuleGraph, readableBundle: string): Notice[] {
  const notices = new Map<string, string>();
  const seen = new Set<string>();
  const add = (key: string) => {
    if (seen.has(key)) return;
    seen.add(key);
    const { name, version, dependencies, localPath } = graph.npmPackages[key] ?? missing(key);
    const of = `${name} ${version}`;
    if (readableBundle.includes(`/${name}/${version}/`)) notices.set(of, licenceIn(localPath, of));
    for (const dependency of dependencies) add(dependency);
  };
  for (const { specifier, npmPackage, local } of graph.modules) {
    if (npmPackage !== undefined) add(npmPackage);
    const [, name, version] = /^https:\/\/jsr\.io\/(@[^/]+\/[^/]+)\/([^/]+)\//.exec(specifier) ?? [];
    if (name !== undefined && local !== undefined) notices.set(`${name} ${version}`, mitLicence(local, name));
  }
  return Array.from(notices, ([of, text]) => ({ of, text }))
    .sort((left, right) => left.of < right.of ? -1 : 1);
}

export function noticesText(notices: readonly Notice[], denoVersion: string): string {
  const line = "-".repeat(80);
  return [
    "Astrolabe contains the following third-party software.\n",
    `The binary and the image also contain the Deno runtime ${denoVersion} (MIT licence) and the software that it ` +
    "is made of, see https://github.com/denoland/deno.\n",
    ...notices.map(({ of, text }) => `${line}\n${of}\n${line}\n\n${text.trim()}\n`),
  ].join("\n");
}

function licenceIn(folder: string, of: string): string {
  const files = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => /^((un)?licen[cs]e|notice|copying)(\.(md|txt))?$/i.test(name))
    .sort();
  if (files.length === 0) throw new Error(`${of} has no licence text in ${folder}`);
  return files.map((name) => Deno.readTextFileSync(join(folder, name))).join("\n");
}

/** Builds the MIT licence from the copyright line that Deno's standard library puts on top of each file. */
function mitLicence(file: string, name: string): string {
  const [, copyright] = /^\/\/ (Copyright .+)\. MIT license\./.exec(Deno.readTextFileSync(file)) ?? [];
  if (copyright === undefined) throw new Error(`${name} does not say on top of ${file} that it is under MIT`);
  return `MIT License\n\n${copyright}.\n\n${MIT}`;
}

function missing(key: string): never {
  throw new Error(`the module graph does not describe the package ${key}`);
}

/** https://spdx.org/licenses/MIT.html */
const MIT =
  `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and
to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of
the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS
IN THE SOFTWARE.`;
