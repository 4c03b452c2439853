import { Column, NONE, u32 } from "./columns.ts";

/**
 * Doubly linked lists. Each member is in the list of one owner, newest first. `head` is a column of the
 * owners' table, `next` and `previous` are columns of the members' table. Walk a list with
 * `for (let member = lists.first(owner); member !== NONE; member = lists.after(member))`.
 */
export class Lists {
  readonly head: Column<Uint32Array<ArrayBuffer>>;
  readonly next = u32();
  readonly previous = u32();

  constructor(head = u32()) {
    this.head = head;
  }

  /** Gives a new owner an empty list. */
  open(owner: number): void {
    this.head.data[owner] = NONE;
  }

  add(owner: number, member: number): void {
    const first = this.head.data[owner]!;
    this.next.data[member] = first;
    this.previous.data[member] = NONE;
    if (first !== NONE) this.previous.data[first] = member;
    this.head.data[owner] = member;
  }

  remove(owner: number, member: number): void {
    const next = this.next.data[member]!;
    const previous = this.previous.data[member]!;
    if (next !== NONE) this.previous.data[next] = previous;
    if (previous !== NONE) this.next.data[previous] = next;
    else this.head.data[owner] = next;
  }

  first(owner: number): number {
    return this.head.data[owner]!;
  }

  after(member: number): number {
    return this.next.data[member]!;
  }

  isEmpty(owner: number): boolean {
    return this.head.data[owner] === NONE;
  }
}
