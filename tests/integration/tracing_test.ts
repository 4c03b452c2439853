/** The spans that a collector gets from a running Astrolabe: Deno's spans, with the names of our routes. */
import { assertEquals } from "@std/assert";
import { Astrolabe } from "../support/astrolabe.ts";
import { holds } from "../support/holds.ts";

interface Span {
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

/** A collector for OTLP over HTTP, as JSON. */
class Collector implements AsyncDisposable {
  readonly spans: Span[] = [];
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { resourceSpans = [] } = await request.json();
    for (const { scopeSpans } of resourceSpans) {
      for (const { spans } of scopeSpans) this.spans.push(...spans);
    }
    return Response.json({});
  });

  /** Runs Astrolabe with these variables until it has answered two requests. */
  async trace(environment: Readonly<Record<string, string>>): Promise<void> {
    const all = {
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
      OTEL_BSP_SCHEDULE_DELAY: "100",
      ...environment,
    };
    for (const [name, value] of Object.entries(all)) Deno.env.set(name, value);
    const astrolabe = await Astrolabe.start("demo", "--objects=10").finally(() => {
      for (const name of Object.keys(all)) Deno.env.delete(name);
    });
    try {
      await astrolabe.text("/api/v1/resources/no-such-uid");
      await astrolabe.text("/no/such/path");
      if (environment["OTEL_DENO"]) await holds(() => assertEquals(this.routes().length, 2));
    } finally {
      await astrolabe.stop();
    }
  }

  /** The names and routes of the spans of the requests. */
  routes(): string[] {
    return this.spans.flatMap(({ name, attributes }) => {
      const read = (wanted: string) => attributes.find(({ key }) => key === wanted)?.value.stringValue;
      const isQuestion = /no.such/.test(read("url.path") ?? "") && read("http.route") !== undefined;
      return isQuestion ? [`${name}, ${read("http.route")}`] : [];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

Deno.test("Tracing, spans have the names of routes", async () => {
  await using collector = await Promise.resolve(new Collector());
  await collector.trace({ OTEL_DENO: "true" });
  assertEquals(collector.routes().sort(), [
    "GET /api/v1/resources/{uid}, /api/v1/resources/{uid}",
    "GET none, none",
  ]);
});

Deno.test("Tracing, is off by default", async () => {
  await using collector = await Promise.resolve(new Collector());
  await collector.trace({});
  assertEquals(collector.spans, []);
});
