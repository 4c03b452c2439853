/** A failure that a message explains completely. */
export class PluginError extends Error {
  override name = "PluginError";
}
