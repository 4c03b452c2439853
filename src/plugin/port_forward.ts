/**
 * Finds the Service of Astrolabe in the cluster, and forwards a local port to it, both with kubectl: it knows
 * every way to log in, and it is there where a plugin of it runs. The API server's own proxy to Services would
 * drop the user's `Authorization`.
 */
import { PluginError } from "./plugin_error.ts";
import { type Server, serverAt } from "./server.ts";

const SELECTOR = "app.kubernetes.io/name=astrolabe";
const READY_AFTER_MS = 10_000;

export interface ClusterFlags {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly token: string | undefined;
  /** Returns the user's token, which may be sent to the Service of this namespace and name. */
  readonly login?: ((service: { namespace: string; name: string }) => Promise<string>) | undefined;
}

interface Service {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec?: { readonly ports?: readonly { readonly name?: string; readonly port: number }[] };
}

export async function forwardedServer({ token, login, ...flags }: ClusterFlags): Promise<Server> {
  const access = [
    ...flags.kubeconfig === undefined ? [] : [`--kubeconfig=${flags.kubeconfig}`],
    ...flags.context === undefined ? [] : [`--context=${flags.context}`],
  ];
  const { metadata: { namespace, name }, spec } = await findService(access);
  const port = spec?.ports?.find(({ name }) => name === "http")?.port ?? spec?.ports?.[0]?.port ?? 80;
  const child = new Deno.Command("kubectl", {
    args: [...access, "port-forward", "--namespace", namespace, `service/${name}`, `:${port}`],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = async () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await Promise.allSettled([child.status, child.stdout.cancel(), child.stderr.cancel()]);
  };
  try {
    const server = serverAt(`http://127.0.0.1:${await forwardedPort(child)}`, {
      token,
      login: login && (() => login({ namespace, name })),
    });
    return { name: `${namespace}/${name}`, fetch: (request) => server.fetch(request), close: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function findService(access: readonly string[]): Promise<Service> {
  const args = [...access, "get", "services", "--all-namespaces", `--selector=${SELECTOR}`, "--output=json"];
  const { items } = JSON.parse(await kubectl(args)) as { items: Service[] };
  const [service, another] = items.filter(({ metadata: { name } }) => !name.endsWith("-redis"));
  if (service === undefined) {
    throw new PluginError(
      `there is no Service with the label ${SELECTOR} in the cluster: name one with --server, or use --local`,
    );
  }
  if (another !== undefined) {
    const names = items.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`).join(", ");
    throw new PluginError(`several Services could be Astrolabe: ${names}; forward a port and use --server`);
  }
  return service;
}

async function kubectl(args: readonly string[]): Promise<string> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("kubectl", { args: [...args], stdin: "null" })
      .output();
    if (success) return new TextDecoder().decode(stdout);
    const reason = new TextDecoder().decode(stderr).trim();
    throw new PluginError(`kubectl cannot look for Astrolabe: ${reason}; use --server or --local`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable)) throw error;
    throw new PluginError(
      "kubectl is not on the PATH, and finds Astrolabe in the cluster: use --server or --local",
    );
  }
}

/** Reads the port from the first line that kubectl prints. */
async function forwardedPort(child: Deno.ChildProcess): Promise<string> {
  const deadline = setTimeout(() => child.kill("SIGTERM"), READY_AFTER_MS);
  try {
    let text = "";
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      text += value ?? "";
      const port = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (port !== undefined) return port;
      if (!done) continue;
      const reason = (await new Response(child.stderr).text()).trim();
      throw new PluginError(`kubectl cannot forward a port to Astrolabe: ${reason || "it does not answer"}`);
    }
  } finally {
    clearTimeout(deadline);
  }
}
