/**
 * Hears of every change of the graph, during the write that makes it.
 *
 * A listener may read anything: the rows that it is told of are complete, and `GraphReader.revision` is
 * already that of the write. It must neither write nor throw. It is told of a change at least once, maybe
 * several times; a change that it is told of may be undone later in the same write.
 */
export interface GraphListener {
  /** A resource is new, or differs in something that is kept of it. */
  resourceChanged(row: number): void;
  /** A resource is about to go, or to change its labels or its own release: they are still the old ones. */
  resourceLeaving(row: number): void;
  /** A relation from one resource to another is new or goes. `type` is a number in `RELATION_TYPES`. */
  relationChanged(from: number, to: number, type: number): void;
}
