/**
 * The HTTP API: GET and HEAD on a table of routes. The router reads the query, answers as the route's body
 * is declared, and turns whatever a handler throws into an answer: an HttpError says what to answer; any
 * other error is logged, and the client learns nothing of it.
 */
import { trace } from "@opentelemetry/api";
import { type Context, Hono } from "hono";
import { routePath } from "hono/route";
import { parseHost } from "../model/host.ts";
import { AnswerCache } from "./answer_cache.ts";
import { acceptsGzip, COMPRESSED_FROM, gzip } from "./gzip.ts";
import { Admission, type Admitted } from "./admission.ts";
import { HttpError } from "./http_error.ts";
import { readQuery } from "./query.ts";
import type { Route } from "./route.ts";
import { PAGE_PATHS, respondPage } from "./respond_page.ts";
import type { RouterDeps } from "./router_deps.ts";
import { accessRoute } from "./routes/access.ts";
import { bandsRoute } from "./routes/bands.ts";
import { causesRoute } from "./routes/causes.ts";
import { chartsRoute } from "./routes/charts.ts";
import { graphRoute } from "./routes/graph.ts";
import { healthRoute } from "./routes/health.ts";
import { historyRoute } from "./routes/history.ts";
import { impactRoute, missingImpactRoute } from "./routes/impact.ts";
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
import { watchRoute } from "./routes/watch.ts";
import { whyRoute } from "./routes/why.ts";
import { UserLimits } from "./user_limits.ts";

const URL_CHARACTERS_MAX = 8192;
/** A cursor holds a namespace, a kind and a name: less than 600 bytes, which base64 makes 800. */
const CURSOR_CHARACTERS_MAX = 1024;
/** The most milliseconds of a user's time that one answer takes, which may have waited for others. */
const CHARGED_MS_MAX = 200;
const CURSOR = new RegExp(`[?&]continue=[^&]{0,${CURSOR_CHARACTERS_MAX}}(?=&|$)`);

/** What the router remembers of a request: who asks. */
interface RequestState {
  readonly Variables: { user?: string };
}

type Request = Context<RequestState>;

export function createRouter(deps: RouterDeps): Hono<RequestState> {
  const { log, metrics, clock } = deps;
  const app = new Hono<RequestState>();
  const routes = tableOfRoutes(deps);
  const pagePaths = Object.keys(PAGE_PATHS) as (keyof typeof PAGE_PATHS)[];
  const templates = new Map(
    [...routes.map(({ path }) => path), ...pagePaths].map((path) => [patternOf(path), path]),
  );
  const anyHost = new Set(routes.flatMap((route) => route.anyHost ? [route.path] : []));
  const answers = new AnswerCache(deps);
  const admission = new Admission(deps);
  const limits = new UserLimits(clock);

  app.use(async (c, next) => {
    const start = performance.now();
    const { method, url, path } = c.req;
    const refusal = refusalOf(url) ?? checkHosts(c, anyHost.has(path) ? () => true : deps.allowsHost);
    if (refusal) c.res = await prepare(c, refusal.toResponse());
    else await next();
    c.res.headers.set("x-content-type-options", "nosniff");
    if (admission.isLimited) protect(c.res.headers);
    const elapsed = performance.now() - start;
    const route = templates.get(routePath(c, -1)) ?? "none";
    metrics.answered({ route, method, code: c.res.status }, elapsed / 1000);
    // Deno's own span, where tracing is on, knows the path but not the route.
    trace.getActiveSpan()?.setAttribute("http.route", route).updateName(`${method} ${route}`);
    const user = admission.isLimited ? { user: c.get("user") ?? "" } : undefined;
    const ms = Math.round(elapsed * 10) / 10;
    log.verbose(2, "Answered", { method, path, ...user, status: c.res.status, ms });
  });

  const answer = (route: Route, c: Request): Response | Promise<Response> => {
    if (!admission.isLimited) return answerAdmitted(route, c, admission.everybody);
    const { url, raw: { headers } } = c.req;
    const credentials = { authorization: headers.get("authorization"), address: addressOf(c) };
    const admitted = admission.admit(route, url, credentials);
    if (!(admitted instanceof Promise)) return answerWithin(route, c, admitted);
    return admitted.then((it) => answerWithin(route, c, it));
  };

  /** Answers within the limits of the user. */
  const answerWithin = (route: Route, c: Request, admitted: Admitted): Response | Promise<Response> => {
    const user = admitted.asker?.name ?? "";
    if (user === "") return answerAdmitted(route, c, admitted);
    c.set("user", user);
    limits.begin(user);
    const start = performance.now();
    const end = () => limits.end(user, Math.min(performance.now() - start, CHARGED_MS_MAX));
    try {
      const answered = answerAdmitted(route, c, admitted);
      if (answered instanceof Promise) return answered.finally(end);
      end();
      return answered;
    } catch (error) {
      end();
      throw error;
    }
  };

  const answerAdmitted = (
    route: Route,
    c: Request,
    { asker, graph, rights, askAgain }: Admitted,
  ): Response | Promise<Response> => {
    const { url, raw: { headers, method } } = c.req;
    const request = () => ({
      query: readQuery(route.query, url),
      params: c.req.param(),
      url,
      headers,
      graph,
      asker,
    });
    if (route.body === "small") return respondSmall(c, () => route.respond(request()));
    const completed = completionOf(c);
    if (route.body === "stream") {
      if (asker === undefined) throw new TypeError(`${route.path} does not know who asks`);
      return route.open({ ...request(), method, completed, asker, askAgain });
    }
    const whole = pathAndQuery(url);
    const key = rights === "" ? whole : `${rights} ${whole}`;
    const answerRequest = { method, key, rights, headers, completed };
    const cachedRequest = () => ({ ...request(), now: Math.floor(clock.now() / 1000) });
    if (route.body === "sliced") {
      return answers.respondInSlices(answerRequest, () => route.build(cachedRequest()));
    }
    return answers.respond(answerRequest, (spare) => route.build({ ...cachedRequest(), spare }));
  };
  for (const route of routes) {
    const pattern = patternOf(route.path);
    app.get(pattern, (c) => answer(route, c));
    app.all(pattern, (c) => prepare(c, methodNotAllowed(c.req.method).toResponse()));
  }
  for (const path of pagePaths) {
    app.get(path, async (c) => prepare(c, await respondPage(path, deps.readPageFile, c.req.raw)));
    app.all(path, (c) => prepare(c, methodNotAllowed(c.req.method).toResponse()));
  }
  app.notFound((c) => prepare(c, notFound(c.req.path).toResponse()));
  app.onError((error, c) => {
    if (error instanceof HttpError) return prepare(c, error.toResponse());
    log.error("Could not answer", { method: c.req.method, route: routePath(c), error: error.stack ?? error });
    const failure = new HttpError("Internal error; see the log of the server", {
      status: 500,
      code: "internal",
    });
    return prepare(c, failure.toResponse());
  });
  return app;
}

function tableOfRoutes(deps: RouterDeps): Route[] {
  const routes = [
    healthRoute,
    livezRoute,
    readyzRoute,
    metricsRoute,
    graphRoute,
    resourcesRoute,
    resourceRoute,
    releasesRoute,
    historyRoute,
    chartsRoute,
    namespacesRoute,
    kindsRoute,
    problemsRoute,
    causesRoute,
    bandsRoute,
    watchRoute,
    impactRoute,
    missingImpactRoute,
    whyRoute,
    accessRoute,
  ].map((route) => route(deps));
  return [...routes, openapiRoute(routes, deps.graph)];
}

/** Keeps answers that not everybody may see from shared caches and other sites. */
function protect(headers: Headers): void {
  headers.append("vary", "authorization");
  headers.set("cache-control", `private, ${headers.get("cache-control") ?? "no-cache"}`);
  headers.set("cross-origin-resource-policy", "same-origin");
  headers.set("referrer-policy", "no-referrer");
}

/** The address of the client, for limits. Behind a proxy it is the proxy's. */
function addressOf({ env }: Context): string {
  const { remoteAddr } = (env ?? {}) as { readonly remoteAddr?: Deno.Addr };
  return remoteAddr !== undefined && "hostname" in remoteAddr ? remoteAddr.hostname : "";
}

/** Converts a path from OpenAPI's form to Hono's. */
function patternOf(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/** Returns the end of a URL's host. Deno puts the URL together from what the client sent, unparsed. */
function endOfHost(url: string): number {
  const end = url.indexOf("/", url.indexOf("//") + 2);
  return end === -1 ? url.length : end;
}

/** Returns a URL without its scheme and host, of which the client may write any. */
function pathAndQuery(url: string): string {
  return url.slice(endOfHost(url));
}

/** Deno's report on the response, if there is a server. */
function completionOf({ env }: Context): Promise<void> | undefined {
  return (env as { readonly completed?: Promise<void> } | undefined)?.completed;
}

async function respondSmall(c: Context, respond: () => Response | Promise<Response>): Promise<Response> {
  return await prepare(c, await respond());
}

/** Compresses a small response if that is worthwhile, and keeps only the headers for HEAD. */
async function prepare({ req }: Context, response: Response): Promise<Response> {
  response.headers.set("vary", "accept-encoding");
  if (response.status === 304) return response;
  const compressed = acceptsGzip(req.header("accept-encoding"));
  if (!compressed && req.method !== "HEAD") return response;
  let bytes = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  if (compressed && bytes.length >= COMPRESSED_FROM) {
    bytes = await gzip(bytes);
    headers.set("content-encoding", "gzip");
  }
  headers.set("content-length", String(bytes.length));
  return new Response(req.method === "HEAD" ? null : bytes, { status: response.status, headers });
}

/**
 * Returns what is wrong with the host that a request asks for. It stands in the Host header, in the target's
 * absolute form or in HTTP/2's authority; Deno's URL has one of them, so that both places are checked.
 */
function checkHosts({ req }: Context, allows: (host: string) => boolean): HttpError | undefined {
  const hosts = [req.url.slice(req.url.indexOf("//") + 2, endOfHost(req.url))];
  const header = req.header("host");
  if (header && header !== hosts[0]) hosts.push(header);
  for (const text of hosts) {
    const host = parseHost(text);
    if (host !== undefined && allows(host)) continue;
    const message = host === undefined
      ? `${JSON.stringify(text)} is not a host`
      : `The host ${JSON.stringify(text)} is not allowed; --allowed-hosts names those that are`;
    return new HttpError(message, { status: 400, code: "invalid_host" });
  }
  return undefined;
}

/** Returns the fault of the URL of a request, or undefined. */
function refusalOf(url: string): HttpError | undefined {
  if (url.length <= URL_CHARACTERS_MAX) return undefined;
  // The Link of a page is longer than the URL that led to it.
  const { length } = url.replace(CURSOR, "");
  if (length <= URL_CHARACTERS_MAX) return undefined;
  const message = `The URL has ${length} characters, more than ${URL_CHARACTERS_MAX}`;
  return new HttpError(message, { status: 414, code: "uri_too_long" });
}

function methodNotAllowed(method: string): HttpError {
  const headers = { allow: "GET, HEAD" };
  const message = `${method} is not allowed here`;
  return new HttpError(message, { status: 405, code: "method_not_allowed", headers });
}

function notFound(path: string): HttpError {
  return new HttpError(`There is nothing at ${path}`, { status: 404, code: "not_found" });
}
