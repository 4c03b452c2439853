/** The plugin on the API of a small graph, without sockets. */
import { runCompletion, runPlugin } from "../../src/plugin/plugin.ts";
import { Api } from "../http/api.ts";
import { type KubeObject, object } from "../http/objects.ts";
import { deployment } from "../http/workload.ts";

export interface Ran {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** A Deployment whose Pod lacks a ConfigMap, one that works, and a Secret that both use. */
export const OBJECTS: readonly KubeObject[] = [
  object("Namespace", "n"),
  object("Secret", "n/token"),
  object("ServiceAccount", "n/default"),
  ...deployment("web", {
    release: "shop",
    spec: {
      containers: [{
        name: "app",
        image: "app:1",
        envFrom: [{ configMapRef: { name: "settings" } }, { secretRef: { name: "token" } }],
      }],
    },
    pods: [{ phase: "Pending", waiting: "CreateContainerConfigError" }],
  }),
  ...deployment("api", {
    spec: { containers: [{ name: "app", image: "app:1", envFrom: [{ secretRef: { name: "token" } }] }] },
    pods: [{ ready: true }],
  }),
];

export async function run(
  args: string,
  objects: readonly KubeObject[] = OBJECTS,
  { completes = false, env = {} }: { completes?: boolean; env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const api = new Api(objects);
  let output = "";
  let errors = "";
  const words = args.split(" ").map((word) => word === "''" ? "" : word);
  const code = await (completes ? runCompletion : runPlugin)(["--local", ...words], {
    output: { write: (text) => output += text, isTerminal: false },
    error: (text) => errors += text,
    env: (name) => env[name],
    signal: new AbortController().signal,
    login: () => Promise.resolve({ token: undefined, hasCertificate: false }),
    local: () => Promise.resolve((request) => answerOf(api, request)),
  });
  api.views.close();
  return { code, output, errors };
}

export async function answerOf(api: Api, request: Request): Promise<Response> {
  const info = {
    remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
    completed: Promise.resolve(),
  } as const;
  return await api.fetch(request, info as unknown as Deno.ServeHandlerInfo);
}
