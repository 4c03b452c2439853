import { assertEquals } from "@std/assert";
import { NONE } from "../../src/arrays/columns.ts";
import { Lists } from "../../src/arrays/lists.ts";
import { random } from "../support/random.ts";

/** Members of an owner's list; stops where a broken list would run in a circle. */
function membersOf(lists: Lists, owner: number): number[] {
  const members: number[] = [];
  for (let at = lists.first(owner); at !== NONE && members.length < 100; at = lists.after(at)) {
    members.push(at);
  }
  return members;
}

Deno.test("Lists, equal arrays after random additions and removals, newest first", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const next = random(seed);
    const lists = new Lists();
    for (const column of [lists.head, lists.next, lists.previous]) column.reserve(20);
    const model: number[][] = [[], [], []];
    model.forEach((_, owner) => lists.open(owner));
    for (let step = 0; step < 300; step++) {
      const member = Math.floor(next() * 20);
      const owner = model.findIndex((members) => members.includes(member));
      if (owner >= 0) {
        lists.remove(owner, member);
        model[owner] = model[owner]!.filter((it) => it !== member);
      } else {
        const adopter = Math.floor(next() * 3);
        lists.add(adopter, member);
        model[adopter]!.unshift(member);
      }
      assertEquals(model.map((_, owner) => membersOf(lists, owner)), model);
      assertEquals(model.map((_, owner) => lists.isEmpty(owner)), model.map(({ length }) => length === 0));
    }
  }
});
