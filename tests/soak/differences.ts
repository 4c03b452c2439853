import type { ObjectStore } from "../../src/simulator/object_store.ts";
import { kinds } from "../../src/kinds/registry.ts";
import type { GraphAnswer } from "../support/astrolabe.ts";
import { describeDatabase, expectedDatabase } from "../support/database_lines.ts";
import { describeAnswer, NaiveReading } from "../support/naive_reading.ts";

export interface AtRest {
  readonly store: ObjectStore;
  readonly answer: GraphAnswer;
  readonly database: ReadonlyMap<string, string | string[]>;
}

/** Returns the differences between the API server, Astrolabe's memory and Redis, one line each. */
export function differences({ store, answer, database }: AtRest): string[] {
  const objects = kinds.flatMap(({ kind }) => store.list(kind));
  const right = new NaiveReading(objects).graph({ inactive: true });
  const shown = describeAnswer(answer);
  return [
    ...compare("nodes in memory", shown.nodes, right.nodes),
    ...compare("edges in memory", shown.edges, right.edges),
    ...compare("Redis", describeDatabase(database), expectedDatabase(answer, objects)),
  ];
}

function compare(where: string, are: readonly string[], shouldBe: readonly string[]): string[] {
  const [found, wanted] = [new Set(are), new Set(shouldBe)];
  return [
    ...wanted.difference(found).values().map((line) => `${where}, missing: ${line}`),
    ...found.difference(wanted).values().map((line) => `${where}, too much: ${line}`),
    ...(are.length === found.size ? [] : [`${where}: something stands there twice`]),
  ];
}
