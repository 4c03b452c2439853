/**
 * A route: its path, the schemas that OpenAPI is generated from, and how its body is made. The router reads
 * and validates the query by the same schema, so that no handler sees a query that it does not declare.
 */
import type { GenericSchema, InferOutput } from "valibot";
import type { Asker } from "../access/access.ts";
import type { GraphReader } from "../graph/queries/reader.ts";
import type { Slicer } from "../graph/queries/slicer.ts";
import type { QuerySchema } from "./query.ts";

interface Description<Q extends QuerySchema> {
  /** In OpenAPI's form: `/api/v1/resources/{uid}`. */
  readonly path: string;
  readonly summary: string;
  readonly query: Q;
  /** Schema of the body with status 200. A string schema means plain text, any other one JSON. */
  readonly answer: GenericSchema;
  /** Answers requests for any host, because kubelet and Prometheus use the address of the Pod. */
  readonly anyHost?: true | undefined;
  /**
   * Who may ask, where access is limited: everybody, those who may read the metrics, or (by default) all who
   * have a valid token. Whoever brings a token to an open route must have a valid one.
   */
  readonly admits?: "everybody" | "metrics-readers" | undefined;
  /** The answer depends only on resources of the namespaces in the query, and on cluster-scoped ones. */
  readonly isLocal?: true | undefined;
  /** Statuses besides 200 and 400, with their meaning. */
  readonly failures?: Readonly<Record<number, string>> | undefined;
}

export interface RouteRequest<Q extends QuerySchema> {
  readonly query: InferOutput<Q>;
  /** Parameters of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly url: string;
  readonly headers: Headers;
  /** The graph as it exists for the asker. */
  readonly graph: GraphReader;
  /** Undefined for somebody unknown, who may only learn how the server is. */
  readonly asker: Asker | undefined;
}

export interface CachedRequest<Q extends QuerySchema> extends RouteRequest<Q> {
  /** Seconds since 1970. */
  readonly now: number;
  /** A buffer that the body may be written into. */
  readonly spare?: ArrayBuffer | undefined;
}

/** The body of an answer, and the headers that it needs besides those of every answer. */
export interface Built {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The answer depends only on the graph, the path, the query and the minute. It has an ETag and is cached. */
export interface CachedRoute<Q extends QuerySchema> extends Description<Q> {
  readonly body: "cached";
  build(request: CachedRequest<Q>): Built;
}

/**
 * The same, but of the whole cluster and built in slices, between which other requests are answered. The
 * answer has the ETag of the revision at which it was begun.
 */
export interface SlicedRoute<Q extends QuerySchema> extends Description<Q> {
  readonly body: "sliced";
  build(request: CachedRequest<Q>): Promise<Built>;
}

/** The answer is small and made for each request. */
export interface SmallRoute<Q extends QuerySchema> extends Description<Q> {
  readonly body: "small";
  respond(request: RouteRequest<Q>): Response | Promise<Response>;
}

export interface StreamRequest<Q extends QuerySchema> extends RouteRequest<Q> {
  readonly method: string;
  /** Settles when the server has sent the response or given it up; undefined without a server. */
  readonly completed: Promise<void> | undefined;
  readonly asker: Asker;
  /** Admits the asker again, who may see something else by now. Undefined where everybody sees everything. */
  readonly askAgain: (() => Asker | Promise<Asker>) | undefined;
}

/** The answer is a stream that ends when the client or the server wants it to. It is not compressed. */
export interface StreamRoute<Q extends QuerySchema> extends Description<Q> {
  readonly body: "stream";
  open(request: StreamRequest<Q>): Response;
}

const encoder = new TextEncoder();
const CLOSING_BRACKET = 0x5d;

/** Encodes a value as JSON, for bodies that are small enough to be made of objects. */
export function jsonBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return encoder.encode(JSON.stringify(value));
}

/** The number of values of a list that are encoded at once. */
const CHUNK = 100;

/** Encodes a list as JSON in slices. */
export async function jsonList(
  values: readonly unknown[],
  slicer: Slicer,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < values.length; at += CHUNK) {
    await slicer.pauseIfOver();
    const text = JSON.stringify(values.slice(at, at + CHUNK));
    // Each part begins with a comma or the bracket of the list, and ends without a bracket.
    parts.push(encoder.encode(`${at === 0 ? "[" : ","}${text.slice(1, -1)}`));
  }
  if (parts.length === 0) return encoder.encode("[]");
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 1));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  bytes[end] = CLOSING_BRACKET;
  return bytes;
}

export type RouteOf<Q extends QuerySchema> = CachedRoute<Q> | SlicedRoute<Q> | SmallRoute<Q> | StreamRoute<Q>;

export type Route = RouteOf<QuerySchema>;

/** Returns the route as the router takes it; the handler's query has the type of the schema. */
export function defineRoute<Q extends QuerySchema>(route: RouteOf<Q>): Route {
  return route;
}
