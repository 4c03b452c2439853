import project from "../../deno.json" with { type: "json" };

/** The bundle's first line, which scripts/bundle.ts writes, sets the commit and its date. */
const { ASTROLABE_COMMIT = "unknown", ASTROLABE_DATE = "unknown" } = globalThis as {
  ASTROLABE_COMMIT?: string;
  ASTROLABE_DATE?: string;
};

export const version = {
  version: project.version,
  commit: ASTROLABE_COMMIT,
  /** The day of the commit, such as 2026-11-26. */
  date: ASTROLABE_DATE,
  deno: Deno.version.deno,
} as const;
