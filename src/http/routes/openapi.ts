import * as v from "valibot";
import { describeApi } from "../describe_api.ts";
import { jsonBytes } from "../json_bytes.ts";
import { readQuery } from "../query.ts";
import type { Route } from "../route.ts";

/** Describes the other routes, and itself. */
export function openapiRoute(others: readonly Route[]): Route {
  const query = v.object({});
  let description: Uint8Array<ArrayBuffer> | undefined;
  const route: Route = {
    path: "/openapi.json",
    summary: "This description",
    query,
    answer: v.objectWithRest({ openapi: v.string() }, v.unknown()),
    handle: ({ req }) => {
      readQuery(query, req.url);
      description ??= jsonBytes(describeApi([...others, route]));
      return new Response(description, { headers: { "content-type": "application/json" } });
    },
  };
  return route;
}
