import type { Command } from "../invocation.ts";
import { graph } from "./graph.ts";
import { impact } from "./impact.ts";
import { kinds } from "./kinds.ts";
import { problems } from "./problems.ts";
import { release } from "./release.ts";
import { releases } from "./releases.ts";
import { tree } from "./tree.ts";
import { watch } from "./watch.ts";
import { whoUses } from "./who_uses.ts";
import { why } from "./why.ts";

/** The commands that ask a server, in the order in which help lists them. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  "problems": problems,
  "who-uses": whoUses,
  "impact": impact,
  "why": why,
  "tree": tree,
  "releases": releases,
  "release": release,
  "graph": graph,
  "watch": watch,
  "kinds": kinds,
};
