/**
 * The size that something of `size` units is given: exact up to 32 units, then the next of eight steps to
 * the double. What is freed goes to the next of its size, so that few sizes leave little lying idle.
 */
export function roomFor(size: number): number {
  if (size <= 32) return size;
  const step = 1 << (28 - Math.clz32(size - 1));
  return Math.ceil(size / step) * step;
}
