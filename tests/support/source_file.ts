import { join, normalize } from "node:path/posix";

export interface Import {
  /** For a file of ours the path from the root of the project, otherwise the unchanged specifier. */
  readonly target: string;
  readonly isOurs: boolean;
  /** `export … from`. */
  readonly isReexport: boolean;
}

export interface SourceFile {
  /** The path from the root of the project, such as `src/graph/graph.ts`. */
  readonly path: string;
  readonly imports: readonly Import[];
}

const STATEMENT = /^\s*(import|export)\s(?:type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"/g;

/**
 * Returns all TypeScript files below the folder, or the file itself, as paths from the root of the project.
 */
export function readSourceFiles(path: string): SourceFile[] {
  if (/\.tsx?$/.test(path)) return [{ path, imports: importsOf(path, Deno.readTextFileSync(path)) }];
  return [...Deno.readDirSync(path)]
    .filter(({ name, isDirectory }) => isDirectory || /\.tsx?$/.test(name))
    .flatMap(({ name }) => readSourceFiles(join(path, name)));
}

export function importsOf(path: string, text: string): Import[] {
  const resolve = (specifier: string) => {
    const isOurs = specifier.startsWith(".");
    return { isOurs, target: isOurs ? normalize(join(path, "..", specifier)) : specifier };
  };
  return [
    ...text.matchAll(STATEMENT).map(([, keyword, specifier = ""]) => ({
      ...resolve(specifier),
      isReexport: keyword === "export",
    })),
    ...text.matchAll(DYNAMIC).map(([, specifier = ""]) => ({
      ...resolve(specifier),
      isReexport: false,
    })),
  ];
}
