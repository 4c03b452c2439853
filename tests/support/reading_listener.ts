import type { Graph } from "../../src/graph/graph.ts";
import type { GraphListener } from "../../src/graph/listener.ts";

/**
 * Returns a listener that reads everything at every notification. It throws if the row of the notification is
 * incomplete.
 */
export function readEverything({ read }: Graph): GraphListener & { heard: number } {
  const readRow = (row: number) => {
    const uid = read.uid(row);
    const found = read.find(uid);
    if (found !== row) throw new Error(`told of row ${row} with the uid ${uid}, which finds ${found}`);
    const texts = [read.name(row), read.namespace(row), read.message(row)].map((id) => read.text.text(id));
    const set = read.labelSet(row);
    for (let i = 0; i < read.labelCount(set); i++) texts.push(read.text.text(read.labelValue(set, i)));
    if (texts.includes(undefined as never)) throw new Error(`row ${row} is incomplete`);
    const release = read.release(row);
    if (release !== undefined) read.text.text(read.releaseName(release));
    read.kind(row).kind.toString();
    read.forEachReference(row, ({ target }) => read.uid(target));
    read.forEachField(row, () => {});
    for (const { selector } of read.selectors(row)) selector.forEach(({ key }) => key.toString());
    for (const walk of ["forEachTarget", "forEachSource"] as const) {
      read[walk](row, (_type, other) => {
        read.kind(other).kind.toString();
        read.find(read.uid(other));
      });
    }
  };
  const readAll = () => {
    for (const row of read.select({ inactive: true })) readRow(row);
    read.problems({}, () => false);
  };
  const listener = {
    heard: 0,
    resourceChanged: (row: number) => hear([row]),
    resourceLeaving: (row: number) => hear([row]),
    relationChanged: (from: number, to: number) => hear([from, to]),
  };
  function hear(rows: readonly number[]): void {
    listener.heard++;
    rows.forEach(readRow);
    readAll();
  }
  return listener;
}
