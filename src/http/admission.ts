/**
 * Admits requests before they are answered. Without limited access everybody sees everything, and nothing is
 * asked. Otherwise a route says whom it admits; the answer is made with the graph as it exists for the asker.
 */
import { type Access, AccessError, type Asker, type Credentials, type Need } from "../access/access.ts";
import type { GraphReader } from "../graph/queries/reader.ts";
import { HttpError } from "./http_error.ts";
import { searchParamsOf } from "./query.ts";
import type { Route } from "./route.ts";

/** Somebody who has been let in. */
export interface Admitted {
  readonly asker: Asker | undefined;
  readonly graph: GraphReader;
  /** Names what exists for the asker. */
  readonly rights: string;
  readonly askAgain?: (() => Asker | Promise<Asker>) | undefined;
}

/** Parameters by which the resources of other namespaces decide which ones of a namespace match. */
const FAR_REACHING = ["release", "owner", "unreferenced"];

export class Admission {
  readonly #access: Access | undefined;
  /** Anybody, where access is not limited. */
  readonly everybody: Admitted;
  readonly #nobody: Admitted;

  constructor({ access, graph }: { access?: Access | undefined; graph: GraphReader }) {
    this.#access = access;
    const asker = { name: "", graph, rights: "", namespaces: [] };
    this.everybody = { asker, graph, rights: "" };
    const nothing = graph.seenBy({ permits: () => false, extentOf: () => "none" });
    this.#nobody = { asker: undefined, graph: nothing, rights: "nobody" };
  }

  /** Whether there is anything to decide. */
  get isLimited(): boolean {
    return this.#access !== undefined;
  }

  /** @throws {HttpError} (or rejects with it) if the request is refused. */
  admit(route: Route, url: string, credentials: Credentials): Admitted | Promise<Admitted> {
    const access = this.#access;
    if (access === undefined) return this.everybody;
    if (route.admits === "everybody" && credentials.authorization === null) return this.#nobody;
    try {
      if (route.admits === "metrics-readers") return this.#admitToMetrics(access, credentials);
      const need = route.isLocal ? needOf(url) : undefined;
      const ask = () => access.ask(credentials, need);
      const asker = ask();
      if (!(asker instanceof Promise)) return admitted(asker, ask);
      return asker.then((asker) => admitted(asker, ask), refuse);
    } catch (error) {
      return refuse(error);
    }
  }

  async #admitToMetrics(access: Access, credentials: Credentials): Promise<Admitted> {
    const ask = async () => await access.mayReadMetrics(credentials);
    if (await ask().catch(refuse)) return this.everybody;
    const message = "The metrics are about the whole cluster: this needs the right to get /metrics";
    throw new HttpError(message, { status: 403, code: "forbidden" });
  }
}

function admitted(asker: Asker, askAgain: () => Asker | Promise<Asker>): Admitted {
  return { asker, graph: asker.graph, rights: asker.rights, askAgain };
}

/** Returns the namespaces whose resources decide the answer about a query. */
function needOf(url: string): Need {
  const search = searchParamsOf(url);
  if (FAR_REACHING.some((name) => search.has(name))) return undefined;
  // Others do not exist.
  const namespaces = search.getAll("namespace").filter((name) => /^[a-z0-9-]{1,63}$/.test(name));
  return search.has("namespace") ? namespaces : undefined;
}

function refuse(error: unknown): never {
  if (!(error instanceof AccessError)) throw error;
  const { status, code, headers } = ANSWERS[error.reason];
  throw new HttpError(error.message, { status, code, headers });
}

const ANSWERS = {
  "unauthenticated": { status: 401, code: "unauthenticated", headers: { "www-authenticate": "Bearer" } },
  "too-many-failures": { status: 429, code: "too_many_failures", headers: { "retry-after": "10" } },
  "too-many-requests": { status: 429, code: "too_many_requests", headers: { "retry-after": "1" } },
  "unavailable": { status: 503, code: "unavailable", headers: { "retry-after": "5" } },
} as const;
