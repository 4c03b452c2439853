import type { Store } from "./store.ts";

/** The values of one request. Their processing must not block the event loop for long. */
const CHUNK = 200;
/** Chunks that are requested while one is processed, so that neither side waits for the other. */
const CHUNKS_AHEAD = 3;

export type KeysAndValues = readonly [keys: readonly string[], values: readonly (string | null)[]];

/** Yields all values whose key has the prefix, in chunks. It requests the next chunks in advance. */
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

/** Returns a promise that may be awaited later, or never if the reader stops early. */
function ahead<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
