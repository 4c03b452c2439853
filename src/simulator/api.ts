/**
 * The paths of an API server, over a store: lists, watches and single objects of each kind, writes, and the
 * discovery that clients start with.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
import { type Context, Hono } from "hono";
import type { Clock } from "../model/clock.ts";
import { apiVersionOf, type ResourceKind } from "../model/resource_kind.ts";
import { AnswerStream, type PieceSource } from "./answer_stream.ts";
import { ApiError, invalidListOptions, notFound } from "./api_error.ts";
import { aggregatedDiscovery, basePath, discovery } from "./discovery.ts";
import { errorOf, type Faults, type RequestFault, type StreamFault } from "./faults.ts";
import type { KubeObject } from "./kube_object.ts";
import { listOptionsOf } from "./list_options.ts";
import { listPage } from "./list.ts";
import type { ObjectStore } from "./object_store.ts";
import type { OpenWatches } from "./open_watches.ts";
import { framesOf, PROTOBUF, statusMessage } from "./protobuf.ts";
import { Representation, wantsMetadataOnly } from "./representation.ts";
import { Watch } from "./watch.ts";

export interface ApiOptions {
  readonly kinds: readonly ResourceKind[];
  readonly store: ObjectStore;
  readonly faults: Faults;
  readonly watches: OpenWatches;
  /** Reports whether a request with this `Authorization` is accepted. */
  readonly admits: (authorization: string | undefined) => boolean;
  readonly onRequest: (request: Request) => void;
  /** Aborts when the server goes down, so that waiting answers end. */
  readonly down: () => AbortSignal;
  readonly clock: Clock;
  /** Answers watches and refusals in protobuf if the client prefers it. */
  readonly protobuf: boolean;
}

const JSON_TYPE = { "content-type": "application/json" };
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const LINE_END = new TextEncoder().encode("\n");

export function createApi(options: ApiOptions): Hono {
  const { kinds, admits, onRequest, protobuf } = options;
  const app = new Hono();

  app.use("*", async (c, next) => {
    onRequest(c.req.raw);
    if (!admits(c.req.header("authorization"))) throw errorOf({ code: 401 });
    await next();
  });
  app.onError((error, c) => {
    const failure = error instanceof ApiError ? error : new ApiError(500, String(error));
    const retryAfter = failure.options.details?.retryAfterSeconds;
    const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
    if (!protobuf || !prefersProtobuf(c)) return Response.json(failure, { status: failure.code, headers });
    return new Response(statusMessage(failure.toJSON()), {
      status: failure.code,
      headers: { ...headers, "content-type": PROTOBUF },
    });
  });
  app.notFound((c) => c.text("404 page not found", 404));
  const aggregated = aggregatedDiscovery(kinds);
  app.get("/apis", async (c, next) => {
    if (!c.req.header("accept")?.startsWith(AGGREGATED)) return await next();
    return Response.json(aggregated, { headers: { "content-type": AGGREGATED } });
  });
  for (const [path, answer] of discovery(kinds)) app.get(path, (c) => c.json(answer));
  for (const path of ["/livez", "/readyz", "/healthz"]) app.get(path, (c) => c.text("ok"));
  for (const kind of kinds) serveKind(app, kind, options);
  for (const apiVersion of new Set(kinds.map(apiVersionOf))) {
    app.all(`${basePath(apiVersion)}/*`, () => {
      throw errorOf({ code: 404 });
    });
  }
  return app;
}

function serveKind(app: Hono, kind: ResourceKind, options: ApiOptions): void {
  const { store, faults, watches, down, clock, protobuf } = options;
  const collection = store.collection(kind.kind);
  const whole = new Representation(kind, { metadataOnly: false });
  const metadata = new Representation(kind, { metadataOnly: true });
  const representationOf = (c: Context, answer: { list: boolean }) =>
    wantsMetadataOnly(c.req.header("accept") ?? "", answer) ? metadata : whole;

  const base = basePath(apiVersionOf(kind));
  const ofAll = `${base}/${kind.plural}`;
  const ofOne = kind.namespaced ? `${base}/namespaces/:namespace/${kind.plural}` : ofAll;

  for (const path of new Set([ofAll, ofOne])) app.get(path, listOrWatch);

  async function listOrWatch(c: Context): Promise<Response> {
    const options = listOptionsOf(new URL(c.req.url).searchParams);
    const verb = options.watch ? "watch" : "list";
    const streamedList = options.sendInitialEvents ?? false;
    const fault = await met(faults.take({ kind: kind.kind, verb, streamedList }));
    if (streamedList && faults.refuseStreamedLists) {
      const message = "Forbidden: sendInitialEvents is forbidden for watch";
      throw invalidListOptions([{ field: "sendInitialEvents", reason: "FieldValueForbidden", message }]);
    }
    const representation = representationOf(c, { list: !options.watch });
    const namespace = c.req.param("namespace");
    const request = { collection, namespace, options, representation, revision: store.revision };
    if (!options.watch) return answer(listPage(request), fault);

    const watch = new Watch(request, () => stream.wake());
    const wire = protobuf && prefersProtobuf(c) ? kind.wire : undefined;
    const stream = new AnswerStream(watch, fault, wire && framesOf(wire));
    watches.add({ kind: kind.kind, watch, stream }, options.timeoutSeconds);
    const headers = wire ? { "content-type": `${PROTOBUF};stream=watch` } : JSON_TYPE;
    return new Response(stream.body, { headers });
  }

  app.get(`${ofOne}/:name`, async (c) => {
    const { namespace, name } = keyOf(c);
    const fault = await met(faults.take({ kind: kind.kind, verb: "get", streamedList: false }));
    const stored = collection.get(namespace, name);
    if (stored === undefined) throw notFound(kind, name);
    const pieces = [[...representationOf(c, { list: false }).whole(stored), LINE_END]];
    return answer({ next: () => pieces.pop() ?? "end" }, fault);
  });

  app.post(ofOne, async (c) => c.json(store.create(await objectIn(c)), 201));
  app.put(`${ofOne}/:name`, async (c) => c.json(store.update(await objectIn(c))));
  app.patch(`${ofOne}/:name`, async (c) => c.json(store.patch(kind.kind, keyOf(c), await c.req.json())));
  app.patch(`${ofOne}/:name/status`, async (c) => {
    const { status } = await c.req.json();
    return c.json(store.patchStatus(kind.kind, keyOf(c), status));
  });
  app.delete(`${ofOne}/:name`, (c) => {
    const { namespace, name } = keyOf(c);
    return c.json(store.delete(kind.kind, namespace, name));
  });

  /** Carries out the fault of a request; returns a fault that strikes within the answer. */
  async function met(fault: RequestFault | StreamFault | undefined): Promise<StreamFault | undefined> {
    switch (fault?.do) {
      case "answer":
        throw errorOf(fault);
      case "delay":
        await pause(fault.milliseconds);
        return undefined;
      case "hang":
        await pause(Infinity);
        return undefined;
      case "reset":
        return { do: "cut" };
      default:
        return fault;
    }
  }

  /** Settles after the time, or when the server goes down. */
  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = Number.isFinite(milliseconds) ? clock.after(milliseconds, resolve) : () => {};
      down().addEventListener("abort", () => {
        cancel();
        resolve();
      }, { once: true });
    });
  }

  /** Reads the object of a request; the path gives its kind, namespace and name. */
  async function objectIn(c: Context): Promise<KubeObject> {
    const object: KubeObject = await c.req.json();
    const namespace = c.req.param("namespace");
    const name = c.req.param("name") ?? object.metadata.name;
    const key = namespace === undefined ? { name } : { name, namespace };
    return {
      ...object,
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: { ...object.metadata, ...key },
    };
  }
}

function prefersProtobuf(c: Context): boolean {
  return c.req.header("accept")?.startsWith(PROTOBUF) ?? false;
}

function keyOf(c: Context): { namespace: string; name: string } {
  return { namespace: c.req.param("namespace") ?? "", name: c.req.param("name") ?? "" };
}

function answer(source: PieceSource, fault: StreamFault | undefined): Response {
  return new Response(new AnswerStream(source, fault).body, { headers: JSON_TYPE });
}
