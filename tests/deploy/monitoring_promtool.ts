/** promtool, a part of Prometheus. The Debian package is `prometheus`. */
export const promtoolAvailable = await isInstalled();

export async function promtool(...args: string[]): Promise<{ success: boolean; output: string }> {
  const { success, stdout, stderr } = await new Deno.Command("promtool", { args, stdin: "null" }).output();
  const text = new TextDecoder();
  return { success, output: text.decode(stdout) + text.decode(stderr) };
}

async function isInstalled(): Promise<boolean> {
  try {
    return (await promtool("--version")).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
