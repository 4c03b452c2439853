/** jq, which the recipes of the documentation and the queries of the dashboards are written for. */
export const jqAvailable = await isInstalled();

export interface JqOptions {
  /** Prints strings without quotes, as `jq -r` does. */
  readonly raw?: boolean | undefined;
}

/** Returns what the filter makes of a JSON text. @throws {Error} with the message of jq. */
export async function jq(filter: string, input: string, { raw = false }: JqOptions = {}): Promise<string> {
  const child = new Deno.Command("jq", {
    args: [raw ? "-r" : "-c", filter],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`jq '${filter}': ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function isInstalled(): Promise<boolean> {
  try {
    return (await new Deno.Command("jq", { args: ["--version"], stdin: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
