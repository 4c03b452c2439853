/** The name by which the program is called says what it is: kubectl finds a plugin by the name of its file. */
import { assertMatch } from "@std/assert";
import { IMPORT_MAP } from "../support/import_map.ts";

for (
  const [name, args, expected] of [
    ["kubectl-astrolabe", ["--help"], /^Usage: kubectl astrolabe /m],
    ["kubectl_complete-astrolabe", ["wh"], /^who-uses$/m],
    ["astrolabe", ["--help"], /^ {2}astrolabe \[serve\] /m],
  ] as const
) {
  Deno.test(`Program, called ${name} through a symbolic link, is what the name says`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "astrolabe-name-" });
    try {
      await Deno.symlink(Deno.execPath(), `${folder}/${name}`);
      const { stdout, stderr } = await new Deno.Command(`${folder}/${name}`, {
        args: [
          "run",
          "--no-prompt",
          "--allow-net",
          "--allow-env",
          "--allow-read",
          ...IMPORT_MAP,
          "main.ts",
          ...args,
        ],
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      assertMatch(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr), expected);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
