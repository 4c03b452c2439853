/**
 * Applies a diff as the documentation shows one: hunks are divided by `@@`, and each says by the lines
 * it keeps where it belongs.
 *
 * @throws {Error} where a hunk fits nowhere, or in two places.
 */
export function applyDiff(text: string, diff: string): string {
  return diff.replace(/\n$/, "").split(/^@@\n/m).reduce((before, hunk) => {
    const lines = hunk.replace(/\n$/, "").split("\n");
    const side = (dropped: string) =>
      lines.filter((line) => !line.startsWith(dropped)).map((line) => `${line.slice(1)}\n`).join("");
    const parts = `\n${before}`.split(`\n${side("+")}`);
    if (parts.length !== 2) throw new Error(`a hunk fits in ${parts.length - 1} places:\n${hunk}`);
    return parts.join(`\n${side("-")}`).slice(1);
  }, text);
}
