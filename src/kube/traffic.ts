/** Counters of a kind, since the start. */
export class Traffic {
  readonly lists = { completed: 0, failed: 0 };
  /** The second part of a streamed list is a watch. */
  readonly watches = { completed: 0, failed: 0 };
  /** Objects that a verification found to differ from the API server. */
  differences = 0;
  readonly events = { added: 0, modified: 0, deleted: 0, bookmark: 0, other: 0 };

  /** Counts an event. */
  count(type: string): void {
    if (type === "ADDED") this.events.added++;
    else if (type === "MODIFIED") this.events.modified++;
    else if (type === "DELETED") this.events.deleted++;
    else if (type === "BOOKMARK") this.events.bookmark++;
    else this.events.other++;
  }
}
