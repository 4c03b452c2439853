import * as v from "valibot";
import { describeApi } from "../describe_api.ts";
import { defineRoute, jsonBytes, type Route } from "../route.ts";

/** Describes the other routes, and itself. */
export function openapiRoute(others: readonly Route[]): Route {
  let description: Uint8Array<ArrayBuffer> | undefined;
  const route = defineRoute({
    path: "/openapi.json",
    summary: "This description",
    query: v.object({}),
    answer: v.objectWithRest({ openapi: v.string() }, v.unknown()),
    body: "small",
    respond() {
      description ??= jsonBytes(describeApi([...others, route]));
      return new Response(description, { headers: { "content-type": "application/json" } });
    },
  });
  return route;
}
