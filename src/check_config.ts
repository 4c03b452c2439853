/**
 * The command `check-config`: reads a configuration file, prints its mistakes or what it means, and what it
 * would relate in a cluster.
 */
import { ConfigurationError, type Mistake, readConfiguration } from "./kinds/custom/configuration.ts";
import type { ConfiguredKind } from "./kinds/custom/configured_kind.ts";
import { explainKind } from "./kinds/custom/explain_configuration.ts";
import { readTextFile } from "./read_text_file.ts";

/** The maximum number of resources of a kind whose relations are looked at. */
const RESOURCES_MAX = 100;
const MISSING_MAX = 3;

export interface CheckConfigOptions {
  readonly write: (line: string) => void;
  readonly error: (line: string) => void;
  /** Answers requests from a cluster that is followed with the file. Undefined: no cluster is asked. */
  readonly answer?: (() => Promise<(request: Request) => Promise<Response>>) | undefined;
}

/** Returns the exit code: 0 if the file is right. */
export async function checkConfig(
  file: string,
  { write, error, answer }: CheckConfigOptions,
): Promise<number> {
  let kinds: ConfiguredKind[];
  try {
    kinds = readConfiguration(readTextFile(file), { isNamed: true });
  } catch (reason) {
    if (reason instanceof ConfigurationError) reason.mistakes.forEach((it) => error(mistakeLine(file, it)));
    else error((reason as Error).message);
    return 1;
  }
  write(`${file}: ${count(kinds.length, "kind")}, no mistakes`);
  let ask: Ask | undefined;
  try {
    ask = answer && asking(await answer());
  } catch (reason) {
    error(`The cluster cannot be read: ${(reason as Error).message}`);
    return 1;
  }
  const served = await ask?.("/api/v1/kinds") as readonly ServedKind[] | undefined;
  for (const kind of kinds) {
    write("");
    write(`${kind.kind} of ${kind.group === "" ? "the core group" : kind.group}`);
    for (const sentence of explainKind(kind)) write(`  ${sentence}`);
    if (ask && served) {
      for (const line of await describeResources(ask, kind, served)) write(`  - ${line}`);
    }
  }
  return 0;
}

/** Returns a mistake in the form that editors and terminals link to the file. */
function mistakeLine(file: string, { line, place, message }: Mistake): string {
  return `${file}:${line}: ${place === "" ? "" : `${place}: `}${message}`;
}

type Ask = (path: string) => Promise<unknown>;

interface ServedKind {
  readonly group: string;
  readonly kind: string;
  readonly state: string;
  readonly count: number;
  readonly error?: string;
}

interface Listed {
  readonly uid: string;
  readonly status: string;
}

interface Detailed {
  readonly relations: { readonly out: readonly { readonly type: string }[] };
  readonly unresolvedReferences: readonly {
    readonly type: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  }[];
}

function asking(answer: (request: Request) => Promise<Response>): Ask {
  return async (path) => {
    const response = await answer(new Request(new URL(path, "http://localhost")));
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return await response.json();
  };
}

async function describeResources(
  ask: Ask,
  { group, kind, references }: ConfiguredKind,
  served: readonly ServedKind[],
): Promise<string[]> {
  const found = served.find((it) => it.group === group && it.kind === kind);
  if (found === undefined) return ["The API server has no such kind now: the rule waits for it"];
  if (found.state !== "synced") return [`The kind is ${found.state}${found.error ? `: ${found.error}` : ""}`];
  const name = encodeURIComponent(group === "" ? kind : `${kind}.${group}`);
  const resources = await ask(`/api/v1/resources?kind=${name}&limit=${RESOURCES_MAX}`) as readonly Listed[];
  const details: Detailed[] = [];
  for (const { uid } of resources) {
    details.push(await ask(`/api/v1/resources/${encodeURIComponent(uid)}`) as Detailed);
  }
  const statuses = Map.groupBy(resources, ({ status }) => status);
  const summary = [...statuses].map(([status, { length }]) => `${length} ${status}`).join(", ");
  const part = found.count > resources.length ? ` The first ${resources.length}:` : "";
  const lines = [`${count(found.count, "resource")} now.${part}${summary && ` ${summary}`}`];
  for (const type of new Set(references.map((reference) => reference.type))) {
    const made = details.flatMap(({ relations }) =>
      relations.out.filter((relation) => relation.type === type)
    );
    const missing = details.flatMap(({ unresolvedReferences }) =>
      unresolvedReferences.filter((reference) => reference.type === type)
    );
    lines.push(`${type}: ${count(made.length, "relation")}${describeMissing(missing)}`);
  }
  return lines;
}

function describeMissing(missing: Detailed["unresolvedReferences"]): string {
  if (missing.length === 0) return "";
  const names = missing.slice(0, MISSING_MAX).map(({ kind, namespace, name }) =>
    `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`
  );
  const more = missing.length > MISSING_MAX ? ", …" : "";
  return `, ${count(missing.length, "missing target")}: ${names.join(", ")}${more}`;
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
