/** Builds the bundle for the measurements. */
export async function makeBundle(): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), { args: ["task", "--quiet", "bundle"] });
  const { success } = await command.spawn().status;
  if (!success) throw new Error("there is no bundle to measure");
}
