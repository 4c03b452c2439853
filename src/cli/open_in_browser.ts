const PROGRAMS: Partial<Record<typeof Deno.build.os, string>> = { darwin: "open", windows: "explorer" };

/** Opens an address in the user's browser. Returns false if there is no program for it or it may not run. */
export async function openInBrowser(url: string): Promise<boolean> {
  const program = PROGRAMS[Deno.build.os] ?? "xdg-open";
  try {
    const child = new Deno.Command(program, { args: [url], stdin: "null", stdout: "null", stderr: "null" })
      .spawn();
    child.unref();
    return (await child.status).success;
  } catch {
    return false;
  }
}
