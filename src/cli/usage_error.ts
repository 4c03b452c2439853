/** A command line or an environment that asks for what there is not: told in one line, exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}
