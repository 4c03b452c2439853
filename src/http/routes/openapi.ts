import * as v from "valibot";
import { describeApi } from "../describe_api.ts";
import { kindNames, type KindSource } from "../filter.ts";
import { defineRoute, jsonBytes, type Route } from "../route.ts";

/** Describes the other routes, and itself. The description names the kinds, so it is made again for others. */
export function openapiRoute(others: readonly Route[], graph: KindSource): Route {
  let description: Uint8Array<ArrayBuffer> | undefined;
  let described = "";
  const route = defineRoute({
    path: "/openapi.json",
    summary: "This description",
    query: v.object({}),
    answer: v.objectWithRest({ openapi: v.string() }, v.unknown()),
    body: "small",
    respond() {
      const names = kindNames(graph).join();
      if (description === undefined || names !== described) {
        description = jsonBytes(describeApi([...others, route]));
        described = names;
      }
      return new Response(description, { headers: { "content-type": "application/json" } });
    },
  });
  return route;
}
