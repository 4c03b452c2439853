import { assertEquals } from "@std/assert";
import { Verification } from "../../src/kube/verification.ts";
import type { ResourceKind } from "../../src/model/resource_kind.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { RecordingSink } from "../support/recording_sink.ts";

const pod: ResourceKind = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  namespaced: true,
  metadataOnly: false,
  labelLimited: true,
};
const scope = { kind: pod };
/** The version of the list. */
const LISTED_AT = "100";

/** Versions by name. The name is also the uid. */
type Versions = Readonly<Record<string, string>>;

function objectsOf(versions: Versions): object[] {
  return Object.entries(versions).map(([name, resourceVersion]) => ({
    metadata: { name, namespace: "default", uid: name, resourceVersion },
  }));
}

interface Parts {
  readonly sink: RecordingSink;
  readonly clock: FakeClock;
  readonly verification: Verification;
}

/** Lists, lets happen what happens before the watch passes the list, and returns the differences then. */
async function verify(
  { held, listed, meanwhile = () => {}, passes = true }: {
    readonly held: Versions;
    readonly listed: Versions;
    readonly meanwhile?: (parts: Parts) => void;
    readonly passes?: boolean;
  },
): Promise<string[] | undefined> {
  const sink = new RecordingSink();
  for (const object of objectsOf(held)) sink.upsert(scope, object);
  const clock = new FakeClock();
  const client = {
    fetch: () =>
      Promise.resolve(asFromNetwork({ metadata: { resourceVersion: LISTED_AT }, items: objectsOf(listed) })),
  };
  const verification = new Verification(scope, { client, sink, clock });
  const result = verification.run(() => "1", new AbortController().signal);
  let settled = false;
  result.then(() => settled = true, () => settled = true);
  await eventually(() => settled || clock.waitsFor(180_000));
  meanwhile({ sink, clock, verification });
  if (passes) verification.reached(LISTED_AT);
  return await result;
}

function asFromNetwork(value: unknown): Response {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const body = new ReadableStream({
    type: "bytes",
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  return new Response(body);
}

const DIFFERENCES: readonly [what: string, held: Versions, listed: Versions, differences: string[]][] = [
  ["nothing where all is equal", { a: "1", b: "2" }, { a: "1", b: "2" }, []],
  ["a ghost", { a: "1", ghost: "50" }, { a: "1" }, ["ghost"]],
  ["a missing object", { a: "1" }, { a: "1", missing: "50" }, ["missing"]],
  ["an outdated object", { a: "1" }, { a: "50" }, ["a"]],
  ["an object that is ahead of the list's version of it", { a: "60" }, { a: "50" }, ["a"]],
  ["an empty list", { a: "1" }, {}, ["a"]],
];

for (const [what, held, listed, differences] of DIFFERENCES) {
  Deno.test(`Verification finds ${what}`, async () => {
    assertEquals(await verify({ held, listed }), differences);
  });
}

Deno.test("Verification does not count what events bring before the watch passes the list", async () => {
  const differences = await verify({
    held: { a: "1", deletedBefore: "2", deletedAfter: "3" },
    listed: { a: "90", created: "91", deletedAfter: "3", createdAndDeleted: "92" },
    meanwhile: ({ sink, verification }) => {
      for (const object of objectsOf({ a: "90", created: "91", later: "101" })) sink.upsert(scope, object);
      for (
        const object of objectsOf({ deletedBefore: "95", deletedAfter: "102", createdAndDeleted: "103" })
      ) {
        sink.remove(scope, object);
        verification.removed(object);
      }
    },
  });
  assertEquals(differences, []);
});

Deno.test("Verification does not count objects that are newer than the list", async () => {
  const differences = await verify({ held: { a: "101", created: "102" }, listed: { a: "50" } });
  assertEquals(differences, []);
});

Deno.test("Verification says nothing when the watch does not pass the list within three minutes", async () => {
  const meanwhile = ({ clock }: Parts) => clock.advance(180_000);
  assertEquals(await verify({ held: { a: "1" }, listed: {}, meanwhile, passes: false }), undefined);
});

Deno.test("Verification says nothing when a new list comes", async () => {
  const meanwhile = ({ verification }: Parts) => verification.abandon();
  assertEquals(await verify({ held: { a: "1" }, listed: {}, meanwhile, passes: false }), undefined);
});
