/** A curl command of the documentation, as a request to the server. */
export interface Curl {
  /** Path and query. */
  readonly path: string;
  readonly init: RequestInit;
  /** `-i`: the answer begins with its status and headers. */
  readonly showsHead: boolean;
}

const ARGUMENT = /'([^']*)'|(\S+)/g;

/** @throws {SyntaxError} if the command does not ask the server on its port. */
export function parseCurl(command: string): Curl {
  const [program, ...args] = [...command.replace(/ \| .*$/s, "").matchAll(ARGUMENT)].map(([, quoted, bare]) =>
    quoted ?? bare ?? ""
  );
  const headers = new Headers();
  let showsHead = false;
  let path: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const [, address] = /^(?:http:\/\/)?localhost:8080(\/.*)$/.exec(arg) ?? [];
    if (address) path = address;
    else if (arg === "-H") {
      const [name = "", value = ""] = (args[++at] ?? "").split(": ");
      headers.append(name, value);
    } else if (/^-[siN]+$/.test(arg)) showsHead ||= arg.includes("i");
    else throw new SyntaxError(`${command}: ${arg} is not understood`);
  }
  if (program !== "curl" || !path) throw new SyntaxError(`${command}: it asks no server`);
  return { path, init: { headers }, showsHead };
}
