/** Waits until the condition holds; rejects with what `found` gives when it does not within ten seconds. */
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
