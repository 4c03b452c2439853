/**
 * Returns the new items in the order of the shown ones: those that are shown stay where they are, new ones
 * come at the end, and those that are gone leave.
 */
export function keepOrder<T>(
  shown: readonly T[],
  next: readonly T[],
  keyOf: (item: T) => string,
): readonly T[] {
  const places = new Map(shown.map((item, i) => [keyOf(item), i]));
  const placeOf = (item: T) => places.get(keyOf(item)) ?? shown.length;
  return [...next].sort((a, b) => placeOf(a) - placeOf(b));
}
