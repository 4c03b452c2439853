/**
 * The bundle as the image has it, and a copy of Deno, in a folder that every user can read. It runs without
 * this project, with exactly the permissions and flags of the task `start`.
 */
import project from "../../deno.json" with { type: "json" };
import { IMPORT_MAP } from "./import_map.ts";

const FLAGS = project.tasks.start.command.match(/--(v8-flags|allow-[a-z]+)\S*/g) ?? [];

/** Creates the bundle of a commit and a copy of Deno in the folder, readable for every user. */
export async function makeBundledProgram(folder: string, commit: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "scripts/bundle.ts", ...IMPORT_MAP],
    env: { COMMIT: commit, COMMIT_DATE: "2026-01-02", OUTPUT: `${folder}/astrolabe.js` },
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  await Deno.copyFile(Deno.execPath(), `${folder}/deno`);
  for (const name of ["", "/astrolabe.js", "/deno"]) await Deno.chmod(folder + name, 0o755);
}

/** Returns the command line that runs the program of the folder. */
export function bundledCommand(folder: string): string[] {
  return [
    `${folder}/deno`,
    ...["run", "--no-config", "--no-prompt", "--cached-only", ...FLAGS, `${folder}/astrolabe.js`],
  ];
}
