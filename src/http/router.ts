/**
 * The HTTP API: GET and HEAD on a table of routes. What a handler throws becomes an answer here alone:
 * a Problem says what to answer, anything else is ours to find in the log and nobody's to read outside.
 */
import { trace } from "@opentelemetry/api";
import { Hono } from "hono";
import { routePath } from "hono/route";
import { Answers } from "./answers.ts";
import { acceptsGzip, COMPRESSED_FROM, gzip } from "./gzip.ts";
import { Problem } from "./errors.ts";
import type { Route, RouteDeps } from "./route.ts";
import type { RouterDeps } from "./router_deps.ts";
import { chartsRoute } from "./routes/charts.ts";
import { graphRoute } from "./routes/graph.ts";
import { healthRoute } from "./routes/health.ts";
import { kindsRoute } from "./routes/kinds.ts";
import { livezRoute } from "./routes/livez.ts";
import { metricsRoute } from "./routes/metrics.ts";
import { namespacesRoute } from "./routes/namespaces.ts";
import { openapiRoute } from "./routes/openapi.ts";
import { problemsRoute } from "./routes/problems.ts";
import { readyzRoute } from "./routes/readyz.ts";
import { releasesRoute } from "./routes/releases.ts";
import { resourceRoute } from "./routes/resource.ts";
import { resourcesRoute } from "./routes/resources.ts";

/** Longer URLs are refused. */
const MOST_URL_CHARACTERS = 8192;
/** A cursor holds a namespace, a kind and a name: less than 600 bytes, which base64 makes 800. */
const MOST_CURSOR_CHARACTERS = 1024;
const CURSOR = new RegExp(`[?&]continue=[^&]{0,${MOST_CURSOR_CHARACTERS}}(?=&|$)`);

export function createRouter(deps: RouterDeps): Hono {
  const { log, metrics } = deps;
  const app = new Hono();
  const routes = tableOfRoutes(deps);
  const templates = new Map(routes.map(({ path }) => [patternOf(path), path]));

  app.use(async (c, next) => {
    const start = performance.now();
    const { method, url, path } = c.req;
    const refusal = refusalOf(url, c.req.header("host"));
    if (refusal) c.res = refusal.toResponse();
    else await next();
    // What depends on the graph alone has been prepared, and kept, by `Answers`.
    if (!c.res.headers.has("vary")) {
      c.res.headers.set("vary", "accept-encoding");
      const compressed = acceptsGzip(c.req.header("accept-encoding"));
      if (compressed || method === "HEAD") c.res = await prepared(c.res, { method, compressed });
    }
    c.res.headers.set("x-content-type-options", "nosniff");
    const elapsed = performance.now() - start;
    const route = templates.get(routePath(c, -1)) ?? "none";
    metrics.answered({ route, method, code: c.res.status }, elapsed / 1000);
    // The runtime's own span, where it traces; it knows the path and not the route.
    trace.getActiveSpan()?.setAttribute("http.route", route).updateName(`${method} ${route}`);
    const ms = Math.round(elapsed * 10) / 10;
    log.verbose(2, "Answered", { method, path, status: c.res.status, ms });
  });

  for (const { path, handle } of routes) {
    const pattern = patternOf(path);
    app.get(pattern, handle);
    app.all(pattern, ({ req }) => methodNotAllowed(req.method).toResponse());
  }
  app.notFound(({ req }) => notFound(req.path).toResponse());
  app.onError((error, c) => {
    if (error instanceof Problem) return error.toResponse();
    log.error("Could not answer", { method: c.req.method, route: routePath(c), error: error.stack ?? error });
    return new Problem("Something went wrong here", { status: 500, code: "internal" }).toResponse();
  });
  return app;
}

function tableOfRoutes(deps: RouterDeps): Route[] {
  const routeDeps: RouteDeps = { ...deps, answers: new Answers(deps) };
  const routes = [
    healthRoute,
    livezRoute,
    readyzRoute,
    metricsRoute,
    graphRoute,
    resourcesRoute,
    resourceRoute,
    releasesRoute,
    chartsRoute,
    namespacesRoute,
    kindsRoute,
    problemsRoute,
  ].map((route) => route(routeDeps));
  return [...routes, openapiRoute(routes)];
}

/** A path of OpenAPI as Hono writes it. */
function patternOf(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/** The answer compressed where that is worth it, and to HEAD its headers alone. */
async function prepared(
  response: Response,
  { method, compressed }: { method: string; compressed: boolean },
): Promise<Response> {
  let bytes = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  if (compressed && bytes.length >= COMPRESSED_FROM) {
    bytes = await gzip(bytes);
    headers.set("content-encoding", "gzip");
  }
  headers.set("content-length", String(bytes.length));
  return new Response(method === "HEAD" ? null : bytes, { status: response.status, headers });
}

/** What is wrong with a request before its route is looked at. */
function refusalOf(url: string, host = ""): Problem | undefined {
  // The URL is put together from the Host header and the target: a slash there would be another path.
  if (/[/?#\\]/.test(host)) {
    return new Problem("The Host header is no host", { status: 400, code: "invalid_host" });
  }
  if (url.length <= MOST_URL_CHARACTERS) return undefined;
  // A page's Link is longer than what led to it.
  const { length } = url.replace(CURSOR, "");
  if (length <= MOST_URL_CHARACTERS) return undefined;
  const message = `The URL has ${length} characters, more than ${MOST_URL_CHARACTERS}`;
  return new Problem(message, { status: 414, code: "uri_too_long" });
}

function methodNotAllowed(method: string): Problem {
  const headers = { allow: "GET, HEAD" };
  return new Problem(`${method} is not allowed here`, { status: 405, code: "method_not_allowed", headers });
}

function notFound(path: string): Problem {
  return new Problem(`There is nothing at ${path}`, { status: 404, code: "not_found" });
}
