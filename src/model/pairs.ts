/** Keys with their values, sorted by key. They are pairs because `__proto__` is a legal key. */
export type Pairs = readonly (readonly [key: string, value: string])[];
