/** Makes the OpenAPI 3.1 description of routes from the schemas that also validate requests. */
import { type JsonSchema, toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import type { GenericSchema, LazySchema as Lazy } from "valibot";
import type { Route } from "./route.ts";
import { schemas } from "./schema.ts";

/** A schema that is made when it is needed, such as that of the names of kinds. */
type LazySchema = Lazy<GenericSchema>;

/** Reports whether an answer is text. A string is text, and everything else is JSON. */
const isText = ({ type }: GenericSchema) => type === "string";

const CONVERSION = {
  target: "draft-2020-12",
  overrideSchema: ({ valibotSchema }: { valibotSchema: GenericSchema }) =>
    valibotSchema.type === "lazy" ? convert((valibotSchema as LazySchema).getter(undefined)) : undefined,
  overrideRef: ({ referenceId }: { referenceId: string }) => `#/components/schemas/${referenceId}`,
} as const;

export function describeApi(routes: readonly Route[]): Record<string, unknown> {
  const definitions = Object.entries(toJsonSchemaDefs(schemas, CONVERSION));
  return {
    openapi: "3.1.0",
    info: {
      title: "Astrolabe",
      version: "v1",
      description: "The live graph of a Kubernetes cluster: resources, their health, their relations.",
      license: { name: "Apache 2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths: Object.fromEntries(routes.map((route) => [route.path, { get: describeRoute(route) }])),
    components: { schemas: Object.fromEntries(definitions.map(([name, schema]) => [name, bare(schema)])) },
  };
}

function describeRoute({ path, summary, query, answer, failures = {}, body }: Route) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query.entries).map(([name, entry]) => {
    const { description, ...schema } = convert(entry);
    const isOptional = entry.type === "exact_optional" || entry.type === "optional";
    return { name, in: "query", description, required: isOptional ? undefined : true, schema };
  });
  const failed = Object.entries(failures).map(([status, description]) =>
    [status, { description, ...content(isText(answer) ? answer : schemas.Failure) }] as const
  );
  return {
    operationId: path.replace(/^\//, "").replace(/\W+/g, "_").replace(/_$/, ""),
    summary,
    parameters: [...inPath, ...inQuery],
    responses: {
      200: { description: "The answer", ...body === "stream" ? messages(answer) : content(answer) },
      400: { description: "A query parameter is unknown or bad", ...content(schemas.Failure) },
      ...Object.fromEntries(failed),
    },
  };
}

function content(schema: GenericSchema) {
  return { content: { [isText(schema) ? "text/plain" : "application/json"]: { schema: convert(schema) } } };
}

/** Describes a stream of messages. The schema describes one message. */
function messages(schema: GenericSchema) {
  const types = ["application/x-ndjson", "text/event-stream"];
  return { content: Object.fromEntries(types.map((type) => [type, { schema: convert(schema) }])) };
}

function convert(schema: Parameters<typeof toJsonSchema>[0]): JsonSchema {
  return bare(toJsonSchema(schema, { ...CONVERSION, definitions: schemas }));
}

/** Removes the parts that only a standalone schema needs. */
function bare({ $schema: _dialect, $defs: _definitions, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
