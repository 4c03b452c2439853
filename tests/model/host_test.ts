import { assertEquals } from "@std/assert";
import { hostPort, isLoopback, matchesHost, parseHost } from "../../src/model/host.ts";

const HOSTS: readonly [text: string, host: string][] = [
  ["localhost", "localhost"],
  ["LocalHost:8080", "localhost"],
  ["a.example.com.", "a.example.com"],
  ["a.example.com.:443", "a.example.com"],
  ["a:", "a"],
  ["my_service.ns.svc:8080", "my_service.ns.svc"],
  ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  ["10.0.0.1:65535", "10.0.0.1"],
  ["1password.example", "1password.example"],
  ["[::1]", "[::1]"],
  ["[0:0:0:0:0:0:0:1]:80", "[::1]"],
  ["[FE80::A]", "[fe80::a]"],
  ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]"],
];

for (const [text, host] of HOSTS) {
  Deno.test(`parseHost(), ${text} is the host ${host}`, () => assertEquals(parseHost(text), host));
}

const NOT_HOSTS = [
  ...[
    "",
    " ",
    "<x>",
    "a b",
    "a\tb",
    "[::1",
    "::1",
    "[]",
    "[::1]x",
    "[::1]:x",
    "[1.2.3.4]",
    "[fe80::1%25eth0]",
  ],
  ...["a:65536", "a:b", "a:-1", ":80", "a:80:80", "user@a", "a/b", "a?b", "a#b", "a\\b", "%61", "a,b", "*"],
  ...[
    ".",
    "..",
    "a..b",
    ".a",
    "-a",
    "a-",
    "1.2.3",
    "1.2.3.4.5",
    "256.0.0.1",
    "0x7f.1",
    "a.0x1",
    "1",
    "ä.de",
    "a\0",
  ],
  ...["x".repeat(64), `${"x.".repeat(128)}`, "\u0130", "a\u2028"],
];

for (const text of NOT_HOSTS) {
  Deno.test(`parseHost(), ${JSON.stringify(text)} is not a host`, () =>
    assertEquals(parseHost(text), undefined));
}

Deno.test("isLoopback(), of names and addresses", () => {
  const loopback = ["localhost", "a.localhost", "127.0.0.1", "127.1.2.3", "[::1]", "[::ffff:7f00:1]"];
  assertEquals(loopback.filter((host) => !isLoopback(host)), []);
  const others = [
    ...["localhost.example.com", "notlocalhost", "127.example.com", "127.0.0.1.nip.io", "10.0.0.1"],
    ...["0.0.0.0", "[::]", "[::ffff:a00:1]", "[::7f00:1]"],
  ];
  assertEquals(others.filter(isLoopback), []);
});

Deno.test("matchesHost(), by name, by wildcard, or all", () => {
  const patterns = ["a.example.com", "*.example.org", "[::1]"];
  const matching = ["a.example.com", "b.example.org", "c.b.example.org", "[::1]"];
  assertEquals(matching.filter((host) => !matchesHost(host, patterns)), []);
  const others = [
    "example.com",
    "b.example.com",
    "example.org",
    "badexample.org",
    "example.org.evil",
    "[::2]",
  ];
  assertEquals(others.filter((host) => matchesHost(host, patterns)), []);
  assertEquals(matchesHost("anything", ["*"]), true);
});

Deno.test("hostPort(), gives an IPv6 address its brackets", () => {
  assertEquals([hostPort("::", 80), hostPort("0.0.0.0", 80), hostPort("a", 80)], [
    "[::]:80",
    "0.0.0.0:80",
    "a:80",
  ]);
});
