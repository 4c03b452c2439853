import project from "../../deno.json" with { type: "json" };

/** The bundle's first line, which scripts/bundle.ts writes, sets the commit. */
const { ASTROLABE_COMMIT = "unknown" } = globalThis as { ASTROLABE_COMMIT?: string };

export const version = {
  version: project.version,
  commit: ASTROLABE_COMMIT,
  deno: Deno.version.deno,
} as const;
