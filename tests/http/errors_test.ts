import { assertEquals, assertMatch } from "@std/assert";
import { Api } from "./api.ts";
import { smallCluster } from "./objects.ts";

const PATHS = [
  "/health",
  "/livez",
  "/readyz",
  "/openapi.json",
  "/api/v1/resources",
  "/api/v1/resources/pod-db-0",
  "/api/v1/graph",
  "/api/v1/releases",
  "/api/v1/charts",
  "/api/v1/namespaces",
  "/api/v1/kinds",
  "/api/v1/problems",
];

for (const path of PATHS) {
  for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
    Deno.test(`Errors, ${method} ${path} is not allowed`, async () => {
      const response = await new Api().request(path, { method });
      const { error } = await response.json();
      assertEquals([response.status, response.headers.get("allow"), error.code], [
        405,
        "GET, HEAD",
        "method_not_allowed",
      ]);
    });
  }

  Deno.test(`Errors, ${path} refuses an unknown parameter`, async () => {
    const [status, code, message] = await new Api(smallCluster()).failure(`${path}?nonsense=1`);
    assertEquals([status, code], [400, "invalid_parameter"]);
    assertMatch(message, /^Unknown query parameter "nonsense": (known are|this path takes none)/);
  });

  Deno.test(`Errors, HEAD ${path} is GET without a body`, async () => {
    const api = new Api(smallCluster());
    const get = await api.request(path);
    const { byteLength } = await get.arrayBuffer();
    const head = await api.request(path, { method: "HEAD" });
    const header = (name: string) => [get.headers.get(name), head.headers.get(name)];
    const [[type, headType], [, length]] = [header("content-type"), header("content-length")];
    assertEquals([head.status, headType, length, await head.text()], [
      get.status,
      type,
      `${byteLength}`,
      "",
    ]);
  });

  Deno.test(`Errors, ${path} tells browsers not to guess types`, async () => {
    const response = await new Api(smallCluster()).request(path);
    await response.body?.cancel();
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  });
}

for (const query of ["namespace=%ff", "q=%zz"]) {
  Deno.test(`Errors, ${query} is not percent-encoding`, async () => {
    const [status, code] = await new Api().failure(`/api/v1/graph?${query}`);
    assertEquals([status, code], [400, "invalid_parameter"]);
  });
}

for (
  const [path, name] of [
    ["/api/v1/impact", "kind"],
    ["/api/v1/impact?kind=Secret", "name"],
    ["/api/v1/resources/pod-db-0/why", "release"],
  ] as const
) {
  Deno.test(`Errors, ${path} requires ${name}`, async () => {
    const failure = await new Api(smallCluster()).failure(path);
    assertEquals(failure, [400, "invalid_parameter", `${name} is required`]);
  });
}

const UNKNOWN = [
  "/",
  "/api/v1",
  "/api/v1/graph/",
  "/API/v1/graph",
  "/api/v1/resources/a/b",
  "/..%2fx",
  "//",
];
for (const path of UNKNOWN) {
  Deno.test(`Errors, there is nothing at ${path}`, async () => {
    const [status, code] = await new Api().failure(`http://localhost${path}`);
    assertEquals([status, code], [404, "not_found"]);
  });
}

Deno.test("Errors, a URL of more than 8 KB is refused", async () => {
  const [status, code] = await new Api().failure(`/api/v1/graph?q=${"x".repeat(8200)}`);
  assertEquals([status, code], [414, "uri_too_long"]);
});

Deno.test("Errors, a URL of less than 8 KB is answered", async () => {
  const { nodes } = await new Api(smallCluster()).get(`/api/v1/graph?q=${"x".repeat(8000)}`);
  assertEquals(nodes, []);
});

Deno.test("Errors, an internal error is logged and not answered", async () => {
  const api = new Api([], {
    persistence: () => {
      throw new Error("the password is hunter2");
    },
  });
  const failure = await api.failure("/health");
  assertEquals(failure, [500, "internal", "Internal error; see the log of the server"]);
  const errors = api.log.lines.filter((line) => line.startsWith("error"));
  assertEquals(errors.length, 1);
  assertMatch(errors[0] ?? "", /"route":"\/health".*hunter2/);
});

Deno.test("Errors, the route of an internal error is its template", async () => {
  const api = new Api(smallCluster());
  Object.defineProperty(api.graph.read, "find", {
    value: () => {
      throw new Error("broken");
    },
  });
  await api.failure("/api/v1/resources/some-uid");
  assertMatch(
    api.log.lines.find((line) => line.startsWith("error")) ?? "",
    /"route":"\/api\/v1\/resources\/:uid"/,
  );
});

Deno.test("Errors, the log has requests without their query", async () => {
  const api = new Api();
  await api.failure("/api/v1/graph?secret=x");
  const [line = ""] = api.log.lines;
  assertMatch(
    line,
    /^verbose: Answered \{"method":"GET","path":"\/api\/v1\/graph","status":400,"ms":[\d.]+\}$/,
  );
});
