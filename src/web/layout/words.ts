/** Puts names, numbers and times into words. */
/** Cuts a text in the middle to at most so many characters. */
export function cutMiddle(text: string, max: number): string {
  const letters = [...text];
  if (letters.length <= max) return text;
  const head = Math.ceil((max - 1) / 2);
  return `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (max - 1 - head)).join("")}`;
}

const numbers = new Intl.NumberFormat("en");

/** Returns a whole number with its thousands grouped. */
export function grouped(n: number): string {
  return numbers.format(n);
}

/** Returns the number with its noun, in the singular or the plural. */
export function counted(n: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(n)} ${n === 1 ? singular : plural}`;
}

const UNITS = [["y", 31_536_000], ["d", 86_400], ["h", 3_600], ["m", 60]] as const;

/** Returns the time between two moments in its largest unit, such as `5 m`. */
export function ago(since: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - since) / 1000));
  for (const [unit, size] of UNITS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${seconds} s`;
}
