const encoder = new TextEncoder();

/** Order of two texts as UTF-8 bytes, which is not that of `<` beyond the Basic Multilingual Plane. */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const left = encoder.encode(a);
  const right = encoder.encode(b);
  for (const [i, byte] of left.entries()) {
    const other = right[i];
    if (other === undefined) return 1;
    if (byte !== other) return byte - other;
  }
  return left.length - right.length;
}
