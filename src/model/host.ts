/**
 * Hosts, as a URL and the Host header write them: a DNS name, an IPv4 address, or an IPv6 address in brackets
 * (RFC 3986, section 3.2.2; names have the letters of DNS, as browsers send them).
 */
const NAME =
  /^(?=.{1,253}\.?$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?$/;
const PORT = /:([0-9]*)$/;
const IPV4 = /^(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}$/;
const IPV6 = /^\[[0-9a-f:.]+\]$/;

/** Returns the host in its one normal form, without a port, or undefined where the text is not a host. */
export function parseHost(text: string): string | undefined {
  const lower = text.toLowerCase();
  const port = lower.endsWith("]") ? null : PORT.exec(lower);
  if (port && Number(port[1]) > 65_535) return undefined;
  const host = port ? lower.slice(0, port.index) : lower;
  if (IPV6.test(host)) return URL.parse(`http://${host}/`)?.hostname;
  if (!NAME.test(host)) return undefined;
  const name = host.replace(/\.$/, "");
  // A last label of digits makes an IPv4 address (https://url.spec.whatwg.org/#ends-in-a-number-checker).
  return !/(^|\.)(\d+|0x[0-9a-f]*)$/.test(name) || IPV4.test(name) ? name : undefined;
}

/** Reports whether a host in its normal form is the machine itself (RFC 6761, section 6.3, for the names). */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || IPV4.test(host) && host.startsWith("127.") ||
    host === "[::1]" || /^\[::ffff:7f[0-9a-f]{2}:/.test(host);
}

/** Reports whether one of the patterns fits a host in its normal form: `*`, a host, or `*.` before a name. */
export function matchesHost(host: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern === "*" || pattern === host || pattern.startsWith("*.") && host.endsWith(pattern.slice(1))
  );
}

/** Returns an address and a port as a URL writes them: an IPv6 address gets its brackets. */
export function hostPort(address: string, port: number): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
