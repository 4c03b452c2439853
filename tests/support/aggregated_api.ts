/** Another API server, which a real API server puts before its clients through an APIService. */
import type { ApiServer } from "./api_server.ts";

const GROUP = "mirror.example.com";
const SERVICE = "mirror";

export interface MirroredObject {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
}

/**
 * Serves the kind Mirror of the group mirror.example.com, in lists of pages and watches. Its resourceVersions are
 * its own. The objects do not change.
 */
export class AggregatedApi {
  readonly #server: ApiServer;
  readonly #objects: readonly MirroredObject[];
  #http: Deno.HttpServer<Deno.NetAddr>;
  #watches = new Set<ReadableStreamDefaultController<Uint8Array>>();
  lists = 0;

  constructor(server: ApiServer, objects: readonly MirroredObject[]) {
    this.#server = server;
    this.#objects = objects;
    this.#http = this.#serve(0);
  }

  /** Registers it at the API server. */
  async register(): Promise<void> {
    await this.#server.request("POST", "/api/v1/namespaces/default/services", {
      metadata: { name: SERVICE },
      spec: { type: "ExternalName", externalName: "localhost" },
    });
    await this.#server.request("POST", "/apis/apiregistration.k8s.io/v1/apiservices", {
      metadata: { name: `v1.${GROUP}` },
      spec: {
        group: GROUP,
        version: "v1",
        service: { namespace: "default", name: SERVICE, port: this.#http.addr.port },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 1_000,
        versionPriority: 10,
      },
    });
  }

  /** Ends all connections and accepts none, until `up`. */
  async down(): Promise<void> {
    let isDown = false;
    const down = this.#http.shutdown().finally(() => isDown = true);
    // A watch that arrives after a cut would keep the server up.
    while (!isDown) {
      this.cut();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await down;
  }

  up(): void {
    this.#http = this.#serve(this.#http.addr.port);
  }

  /** Ends all watches as if the connection had broken. */
  cut(): void {
    for (const watch of this.#watches) watch.error(new Error("cut"));
    this.#watches.clear();
  }

  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    const certificates = `${this.#server.folder}/certificates`;
    return Deno.serve({
      hostname: "127.0.0.1",
      port,
      cert: Deno.readTextFileSync(`${certificates}/apiserver.crt`),
      key: Deno.readTextFileSync(`${certificates}/apiserver.key`),
      onListen() {},
      // A cut is an intended error in a body.
      onError: () => new Response(null, { status: 500 }),
    }, (request) => this.#answer(new URL(request.url)));
  }

  #answer({ pathname, searchParams }: URL): Response {
    if (pathname === `/apis/${GROUP}/v1`) return Response.json(resourceList());
    if (!pathname.endsWith("/mirrors")) return new Response("not found", { status: 404 });
    if (!searchParams.has("watch")) return this.#list();
    if (searchParams.has("sendInitialEvents")) return new Response("not supported", { status: 400 });
    return this.#watch();
  }

  #list(): Response {
    this.lists++;
    const items = this.#objects.map(({ metadata }) => ({ metadata: { ...metadata, resourceVersion: "7" } }));
    return Response.json({
      kind: "MirrorList",
      apiVersion: `${GROUP}/v1`,
      metadata: { resourceVersion: "7" },
      items,
    });
  }

  #watch(): Response {
    let own: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        this.#watches.add(controller);
        const bookmark = {
          type: "BOOKMARK",
          object: { kind: "Mirror", apiVersion: `${GROUP}/v1`, metadata: { resourceVersion: "7" } },
        };
        controller.enqueue(new TextEncoder().encode(JSON.stringify(bookmark) + "\n"));
      },
      cancel: () => void (own && this.#watches.delete(own)),
    });
    return new Response(body, { headers: { "content-type": "application/json" } });
  }
}

function resourceList(): object {
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: `${GROUP}/v1`,
    resources: [
      { name: "mirrors", singularName: "mirror", namespaced: true, kind: "Mirror", verbs: ["list", "watch"] },
    ],
  };
}
