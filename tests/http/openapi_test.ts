/** What `/openapi.json` says is held against what is answered, by a validator of its own. */
import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv/dist/2020.js";
import { kinds } from "../../src/kinds/registry.ts";
import { kindName } from "../../src/model/resource_kind.ts";
import { sampleCluster } from "../../src/simulator/sample_cluster.ts";
import { Api, NOW } from "./api.ts";
import { type KubeObject, smallCluster } from "./objects.ts";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly schema: Record<string, unknown>;
}

type Content = Readonly<Record<string, { readonly schema: unknown }>>;

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}

interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>;
}

/** Both clusters: one has some of everything, the other all that a real one has. */
function makeApi(): Api {
  return new Api(
    [...smallCluster(), ...sampleCluster({ objects: 1_500, now: NOW }) as Iterable<KubeObject>],
    {
      states: { Job: "forbidden" },
    },
  );
}

/** The description with its objects closed, so that a field that it does not name is an error. */
function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== "object" || value === null) return value;
  const closed = Object.fromEntries(Object.entries(value).map(([key, field]) => [key, close(field)]));
  const isOpen = closed.type === "object" && closed.properties && closed.additionalProperties === undefined;
  return isOpen ? { ...closed, additionalProperties: false } : closed;
}

function makeValidator(description: Description): (content: Content, type: string, body: unknown) => unknown {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(close(description) as Record<string, unknown>, "openapi");
  return (content, type, body) => {
    const schema = content[type]?.schema;
    if (schema === undefined) return `no schema for ${type}`;
    const text = JSON.stringify(close(schema)).replaceAll('"#/', '"openapi#/');
    const validate = ajv.compile(JSON.parse(text));
    return validate(body) || validate.errors;
  };
}

/** Requests that show each documented path at work, and the status of its answer. */
const REQUESTS: Readonly<Record<string, readonly (readonly [path: string, status: number])[]>> = {
  "/health": [["/health", 200], ["/health?x", 400]],
  "/livez": [["/livez", 200], ["/livez?verbose=x", 400]],
  "/readyz": [["/readyz?verbose", 200]],
  "/metrics": [["/metrics", 200], ["/metrics?x", 400]],
  "/openapi.json": [["/openapi.json", 200]],
  "/api/v1/resources": [["/api/v1/resources?inactive=true", 200], ["/api/v1/resources?kind=x", 400]],
  "/api/v1/resources/{uid}": [
    ...["pod-web-2-a", "pod-db-0", "pod-experiment", "persistentvolume-disk", "service-web"].map((uid) =>
      [`/api/v1/resources/${uid}`, 200] as const
    ),
    ["/api/v1/resources/none", 404],
  ],
  "/api/v1/graph": [["/api/v1/graph?labels=true&inactive=true", 200], ["/api/v1/graph", 200]],
  "/api/v1/releases": [["/api/v1/releases", 200], ["/api/v1/releases?detail=true", 200]],
  "/api/v1/releases/{namespace}/{name}/history": [["/api/v1/releases/shop/web/history", 200]],
  "/api/v1/charts": [["/api/v1/charts", 200]],
  "/api/v1/namespaces": [["/api/v1/namespaces", 200]],
  "/api/v1/access": [["/api/v1/access", 200]],
  "/api/v1/kinds": [["/api/v1/kinds", 200]],
  "/api/v1/problems": [["/api/v1/problems", 200]],
  "/api/v1/watch": [["/api/v1/watch?labels=true", 200], ["/api/v1/watch?only=x", 400]],
  "/api/v1/resources/{uid}/impact": [
    ["/api/v1/resources/configmap-settings/impact", 200],
    ["/api/v1/resources/none/impact", 404],
  ],
  "/api/v1/impact": [
    ["/api/v1/impact?kind=Secret&namespace=lab&name=token", 200],
    ["/api/v1/impact?kind=ConfigMap&namespace=shop&name=settings", 200],
    ["/api/v1/impact", 400],
  ],
  "/api/v1/resources/{uid}/why": [
    ["/api/v1/resources/pod-db-0/why?release=db", 200],
    ["/api/v1/resources/pod-db-0/why", 400],
    ["/api/v1/resources/none/why?release=db", 404],
  ],
  "/api/v1/bands": [["/api/v1/bands", 200], ["/api/v1/bands?limit=1", 200]],
  "/api/v1/causes": [["/api/v1/causes", 200], ["/api/v1/causes?limit=1", 200], [
    "/api/v1/causes?limit=0",
    400,
  ]],
};

/** A text, a JSON value, or the first message of a stream. */
async function bodyOf(response: Response, type: string): Promise<unknown> {
  if (type === "text/plain") return await response.text();
  if (type !== "application/x-ndjson") return await response.json();
  const reader = response.body?.getReader();
  const { value } = await reader?.read() ?? {};
  await reader?.cancel();
  return JSON.parse(new TextDecoder().decode(value));
}

Deno.test("GET /openapi.json, every documented path answers as documented", async () => {
  const api = makeApi();
  const description: Description = await api.get("/openapi.json");
  const validate = makeValidator(description);
  const seen: unknown[] = [];
  for (const [template, { get }] of Object.entries(description.paths)) {
    for (const [path, status] of REQUESTS[template] ?? [["", 0] as const]) {
      const response = await api.request(path);
      const type = response.headers.get("content-type")?.split(";")[0] ?? "";
      const body = await bodyOf(response, type);
      const { content = {} } = get.responses[response.status] ?? {};
      seen.push([template, path, response.status === status && validate(content, type, body)]);
    }
  }
  assertEquals(
    seen,
    Object.keys(description.paths).flatMap((template) =>
      (REQUESTS[template] ?? [[""]]).map(([path]) => [template, path, true])
    ),
  );
});

Deno.test("GET /openapi.json, the answer when not ready is documented", async () => {
  const description: Description = await makeApi().get("/openapi.json");
  const response = await new Api([], { states: { Pod: "listing" } }).request("/readyz");
  const { content = {} } = description.paths["/readyz"]?.get.responses[503] ?? {};
  assertEquals(makeValidator(description)(content, "text/plain", await response.text()), true);
});

Deno.test("GET /openapi.json, the validation finds a field that is not documented", async () => {
  const api = makeApi();
  const description: Description = await api.get("/openapi.json");
  const { content = {} } = description.paths["/api/v1/graph"]?.get.responses[200] ?? {};
  const graph = await api.get("/api/v1/graph");
  graph.nodes[0].surprise = 1;
  const errors = makeValidator(description)(content, "application/json", graph) as { message: string }[];
  assertEquals(errors[0]?.message, "must NOT have additional properties");
});

Deno.test("GET /openapi.json, every path is documented", async () => {
  const { paths }: Description = await makeApi().get("/openapi.json");
  assertEquals(Object.keys(paths).sort(), Object.keys(REQUESTS).sort());
});

Deno.test("GET /openapi.json, every documented parameter is accepted, and no other", async () => {
  const api = makeApi();
  const { paths }: Description = await api.get("/openapi.json");
  for (const [template, { get }] of Object.entries(paths)) {
    const names = get.parameters.filter((it) => it.in === "query").map(({ name }) => name);
    const [, , message] = await api.failure(`${template.replace("{uid}", "pod-db-0")}?nonsense`);
    assertEquals(message.replace(/.*: (known are |this path takes none)/, ""), names.join(", "), template);
  }
});

Deno.test("GET /openapi.json, a repeatable parameter is an array of the existing kinds, also with their groups", async () => {
  const { paths }: Description = await makeApi().get("/openapi.json");
  const kind = paths["/api/v1/graph"]?.get.parameters.find(({ name }) => name === "kind");
  assertEquals(kind?.schema, {
    type: "array",
    items: { type: "string", enum: [...new Set([...kinds.map(({ kind }) => kind), ...kinds.map(kindName)])] },
  });
});

Deno.test("GET /openapi.json, references can be resolved", async () => {
  const text = JSON.stringify(await makeApi().get("/openapi.json"));
  const description = JSON.parse(text);
  const targets = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name = ""]) => name);
  assert(targets.length > 10);
  assertEquals(targets.filter((name) => !Object.hasOwn(description.components.schemas, name)), []);
});

Deno.test("GET /openapi.json, operations have unique names", async () => {
  const { paths }: Description = await makeApi().get("/openapi.json");
  const ids = Object.values(paths).map(({ get }) => get.operationId);
  assertEquals(new Set(ids).size, ids.length);
});
