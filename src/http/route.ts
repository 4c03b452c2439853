import type { Context } from "hono";
import type { GenericSchema } from "valibot";
import type { Answers } from "./answers.ts";
import type { QuerySchema } from "./query.ts";
import type { RouterDeps } from "./router_deps.ts";

/** What routes answer from. */
export interface RouteDeps extends RouterDeps {
  readonly answers: Answers;
}

/** One path: what it takes and gives, which is also how it is described, and how it is answered. */
export interface Route {
  /** As OpenAPI writes it: `/api/v1/resources/{uid}`. */
  readonly path: string;
  readonly summary: string;
  readonly query: QuerySchema;
  /** Of what comes with 200. A string is text, all else is JSON. */
  readonly answer: GenericSchema;
  /** Statuses beside 200 and 400, and what they mean. */
  readonly failures?: Readonly<Record<number, string>>;
  /** Reads the query itself, so that an answer that is at hand needs no reading. */
  readonly handle: (context: Context) => Response | Promise<Response>;
}
