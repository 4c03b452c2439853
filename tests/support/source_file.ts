import { join, normalize } from "node:path/posix";

export interface Import {
  /** A path from the project's root for a file of ours, else the specifier as it stands. */
  readonly target: string;
  readonly isOurs: boolean;
  /** `export … from`. */
  readonly isReexport: boolean;
}

export interface SourceFile {
  /** From the project's root, such as `src/graph/graph.ts`. */
  readonly path: string;
  readonly imports: readonly Import[];
}

const STATEMENT = /^\s*(import|export)\s(?:type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"/g;

/** All TypeScript below the folder or at the file, as paths from the project's root. */
export function readSourceFiles(path: string): SourceFile[] {
  if (path.endsWith(".ts")) return [{ path, imports: importsOf(path, Deno.readTextFileSync(path)) }];
  return [...Deno.readDirSync(path)]
    .filter(({ name, isDirectory }) => isDirectory || name.endsWith(".ts"))
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
