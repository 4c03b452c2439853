/**
 * Applies a diff in the form of the documentation: `@@` separates hunks, and the unchanged lines of a hunk
 * decide its place.
 *
 * @throws {Error} if a hunk fits nowhere, or in two places.
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
