/** The forms of values on the command line and in the environment. Every parser throws an Error with the form. */
import { parseHost } from "../model/host.ts";
import { parseLabelSelector } from "../model/label_selector.ts";

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
}

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

const REDIS_PORT = 6_379;
const SENTINEL_PORT = 26_379;

export function text(value: string): string {
  return value;
}

/** An IPv6 address may have the brackets of a URL. */
export function address(value: string): string {
  if (value !== "") return value.replace(/^\[(.*)\]$/, "$1");
  throw new SyntaxError("must not be empty");
}

/** Hosts in their normal form. An empty list would allow none. */
export function hosts(value: string): readonly string[] | "" {
  if (value === "") return "";
  return value.split(",").map((item) => {
    const text = item.trim();
    const wildcard = text.startsWith("*.") ? "*." : "";
    const host = text === "*" ? text : parseHost(text.slice(wildcard.length));
    if (host !== undefined && !/:[0-9]*$/.test(text.replace(/\[.*\]/, ""))) return wildcard + host;
    throw new SyntaxError(`must be hosts without ports, separated by commas; ${JSON.stringify(text)} is not`);
  });
}

/**
 * Parses a boolean as Go's flags do.
 *
 * @throws {SyntaxError} if it is neither true nor false.
 */
export function boolean(value: string): boolean {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(value)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(value)) return false;
  throw new SyntaxError("must be true or false");
}

export function integer({ from, to = Number.MAX_SAFE_INTEGER }: { from: number; to?: number }) {
  const range = to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`;
  return (value: string): number => {
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (number >= from && number <= to) return number;
    throw new RangeError(`must be a whole number ${range}`);
  };
}

export function labelSelector(value: string): string {
  parseLabelSelector(value);
  return value;
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export function namespace(value: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value)) return value;
  throw new SyntaxError("must be the name of a namespace");
}

export function oneOf<const T extends string>(values: readonly T[]) {
  const names = `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
  return (text: string): T => {
    const value = values.find((value) => value === text);
    if (value !== undefined) return value;
    throw new SyntaxError(`must be ${names}`);
  };
}

export function url(value: string): URL {
  const parsed = URL.parse(value);
  if (parsed?.protocol !== "http:" && parsed?.protocol !== "https:") {
    throw new SyntaxError("must be an http or https URL");
  }
  if (parsed.username || parsed.password) throw new SyntaxError("must not contain a password");
  return parsed;
}

export function redisAddresses(value: string): RedisAddress[] {
  return value.split(",").map((address) => redisAddress(address.trim()));
}

export function redisAddress(value: string): RedisAddress {
  const wrong = new SyntaxError("must be host:port, or a redis:// or rediss:// URL");
  const parsed = URL.parse(/^rediss?:\/\//.test(value) ? value : `redis://${value}`);
  if (!parsed?.hostname || !/^\/?\d*$/.test(parsed.pathname) || parsed.search || parsed.hash) throw wrong;
  const { hostname, port, protocol, username, password, pathname } = parsed;
  const db = pathname.slice(1);
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port || REDIS_PORT),
    tls: protocol === "rediss:",
    ...username && { username: decodeURIComponent(username) },
    ...password && { password: decodeURIComponent(password) },
    ...db && { db: Number(db) },
  };
}

export function serverList(value: string): ServerAddress[] {
  return value.split(",").map((address) => {
    const wrong = new SyntaxError("must be host:port, or several separated by commas");
    const [, bracketed, name, port] =
      /^(?:\[([\da-fA-F:.]+)\]|([^\s:/@[\]]+))(?::(\d+))?$/.exec(address.trim()) ?? [];
    const host = bracketed ?? name;
    if (host === undefined || Number(port ?? SENTINEL_PORT) > 65_535) throw wrong;
    return { host, port: Number(port ?? SENTINEL_PORT) };
  });
}
