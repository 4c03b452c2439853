/** The flag with which a child process resolves packages as this one does. If JSR does not answer, these are the stand-ins. */
export const IMPORT_MAP: readonly string[] = import.meta.resolve("@std/cli/parse-args").startsWith("file:")
  ? ["--import-map=stand_ins/import_map.json"]
  : [];
