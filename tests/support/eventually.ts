/** Waits until the condition is true. After ten seconds it rejects with the result of `found`. */
export async function eventually(
  condition: () => boolean,
  found: () => unknown = () => "the condition never held",
): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain; found ${Deno.inspect(found())}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
