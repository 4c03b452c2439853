/** An Astrolabe that the plugin asks: one at a URL, or one in this process. */
import { PluginError } from "./plugin_error.ts";

/** Values of a parameter that may be repeated, or none. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Server {
  /** How it is reached, for messages. */
  readonly name: string;
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** How a server that wants to know who asks is told. */
export interface Identity {
  /** The bearer token that is sent with every request. */
  readonly token?: string | undefined;
  /** Returns the token to send, once the server has asked for one. Rejects if there is none to be sent. */
  readonly login?: (() => Promise<string>) | undefined;
}

/** Returns a server at a URL, which may have a path. */
export function serverAt(url: string, { token, login }: Identity = {}): Server {
  const base = URL.parse(url);
  if (base?.protocol !== "http:" && base?.protocol !== "https:") {
    throw new PluginError("--server must be an http or https URL");
  }
  let sent = token;
  const send = async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    try {
      return await fetch(base.href.replace(/\/$/, "") + pathname + search, {
        headers: {
          ...Object.fromEntries(request.headers),
          ...sent !== undefined && { authorization: `Bearer ${sent}` },
        },
        redirect: "manual",
        signal: request.signal,
      });
    } catch (cause) {
      if (request.signal.aborted) throw cause;
      throw new PluginError(`cannot reach Astrolabe at ${base.host}: ${reasonOf(cause)}`);
    }
  };
  return {
    name: base.host,
    async fetch(request) {
      const response = await send(request);
      if (response.status !== 401 || sent !== undefined || login === undefined) return response;
      await response.body?.cancel();
      sent = await login();
      return await send(request);
    },
    close: () => Promise.resolve(),
  };
}

/** Asks for the JSON of a path. */
export async function ask<Answer>(server: Server, path: string, query: Query = {}): Promise<Answer> {
  return (await askPage<Answer>(server, `${path}${searchOf(query)}`)).answer;
}

/** Asks for all pages of a list. */
export async function askAll<Item>(server: Server, path: string, query: Query = {}): Promise<Item[]> {
  const items: Item[] = [];
  for (let at: string | undefined = `${path}${searchOf(query)}`; at !== undefined;) {
    const { answer, next }: { answer: Item[]; next: string | undefined } = await askPage(server, at);
    items.push(...answer);
    at = next;
  }
  return items;
}

/** Asks for one page, and returns the path of the next one. */
async function askPage<Answer>(
  server: Server,
  path: string,
): Promise<{ readonly answer: Answer; readonly next: string | undefined }> {
  const response = await server.fetch(new Request(`http://astrolabe${path}`));
  const text = await response.text();
  if (!response.ok) throw new PluginError(refusal(response.status, text, server));
  const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  return { answer: parse<Answer>(text, server), next };
}

/** Reads the messages of a stream until it ends or the signal aborts. */
export async function* follow<Message>(
  server: Server,
  path: string,
  { query, signal }: { query: Query; signal: AbortSignal },
): AsyncGenerator<Message> {
  const request = new Request(`http://astrolabe${path}${searchOf(query)}`, { signal });
  const response = await server.fetch(request);
  if (!response.ok || response.body === null) {
    throw new PluginError(refusal(response.status, await response.text(), server));
  }
  let rest = "";
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== "") yield parse<Message>(line, server);
    }
  }
}

function searchOf(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, values] of Object.entries(query)) {
    for (const value of values === undefined ? [] : [values].flat()) search.append(name, value);
  }
  return search.size > 0 ? `?${search}` : "";
}

function parse<Answer>(text: string, { name }: Server): Answer {
  try {
    return JSON.parse(text);
  } catch {
    throw new PluginError(`the answer of ${name} is not JSON: is it Astrolabe?`);
  }
}

function refusal(status: number, text: string, { name }: Server): string {
  try {
    const { error: { message } } = JSON.parse(text);
    if (typeof message === "string") return status === 401 ? `${message}; use --token` : message;
  } catch {
    // Not an error of Astrolabe.
  }
  return `${name} answers ${status}`;
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { message?: unknown }; message?: unknown };
  const text = String(cause?.message ?? message ?? error);
  return text.replace(/^.*\): /, "");
}
