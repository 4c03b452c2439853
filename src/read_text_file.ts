/**
 * Reads a file that the configuration names: a kubeconfig, a token, a password, a certificate.
 *
 * @throws {Error} that names the file and the reason, in our words where Deno's would advise to grant the
 * process every permission.
 */
export function readTextFile(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

/** Returns why a file or program cannot be used, in one line. */
export function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const [, permission, what = "it"] = /Requires (\w+) access to (?:the )?("[^"]*")?/.exec(message) ?? [];
  switch (permission) {
    case undefined:
      return (message.split("\n")[0] ?? "").replace(/: (open|readfile|stat) '.*'$/, "");
    case "all":
      return "files below /dev, /proc and /sys are out of reach for Astrolabe; put it into another folder";
    case "run":
      return `Astrolabe may not run ${what}: the permission --allow-run must name it`;
    default:
      return `the permission --allow-${permission} does not cover ${what}`;
  }
}
