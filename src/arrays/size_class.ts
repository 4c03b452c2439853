/**
 * Returns the size class for `size` units: the exact size up to 32, then the next of eight steps to the
 * double. Freed space is reused within its class, so few classes leave little space idle.
 */
export function roomFor(size: number): number {
  if (size <= 32) return size;
  const step = 1 << (28 - Math.clz32(size - 1));
  return Math.ceil(size / step) * step;
}
