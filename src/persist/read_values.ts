import type { Store } from "./store.ts";

/** Values asked for at once: what is made of them must not hold up the event loop. */
const CHUNK = 200;
/** So many are asked for while one is worked on: the database is never waited for, nor far ahead. */
const CHUNKS_AHEAD = 3;

export type KeysAndValues = readonly [keys: readonly string[], values: readonly (string | null)[]];

/** All values whose key starts so, some at a time; while some are worked on, the next are under way. */
export async function* readValues(
  store: Pick<Store, "scan" | "get">,
  prefix: string,
): AsyncIterable<KeysAndValues> {
  const pages = store.scan(prefix)[Symbol.asyncIterator]();
  let nextPage = ahead(pages.next());
  const underWay: Promise<KeysAndValues>[] = [];
  for (;;) {
    const { value: page = [], done } = await nextPage;
    if (done) break;
    nextPage = ahead(pages.next());
    for (let i = 0; i < page.length; i += CHUNK) {
      const keys = page.slice(i, i + CHUNK);
      underWay.push(ahead(store.get(keys).then((found) => [keys, found] as const)));
      if (underWay.length > CHUNKS_AHEAD) yield await underWay.shift() as KeysAndValues;
    }
  }
  for (const values of underWay) yield await values;
}

/** A promise that is awaited later, or never where who reads has left. */
function ahead<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
