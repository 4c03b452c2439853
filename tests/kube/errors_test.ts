import { assertEquals } from "@std/assert";
import { ApiStatusError, needsRelist, retryAfter, unreachable } from "../../src/kube/errors.ts";

const NOW = Date.UTC(2026, 0, 1);

function statusOf(status: number, headers: Record<string, string> = {}): ApiStatusError {
  return ApiStatusError.from(new Response(null, { status, headers }), { text: "", now: NOW });
}

Deno.test("ApiStatusError.from() takes the message of a Status", () => {
  const text = JSON.stringify({ kind: "Status", message: "pods is forbidden" });
  const error = ApiStatusError.from(new Response(null, { status: 403 }), { text, now: NOW });
  assertEquals(error.message, "the API server answers 403: pods is forbidden");
});

Deno.test("ApiStatusError.from() keeps plain text unchanged", () => {
  const error = ApiStatusError.from(new Response(null, { status: 502 }), { text: "bad gateway\n", now: NOW });
  assertEquals(error.message, "the API server answers 502: bad gateway");
});

Deno.test("ApiStatusError.of() makes 500 of an ERROR event without a Status", () => {
  assertEquals(ApiStatusError.of(null).status, 500);
});

Deno.test("retryAfter() reads seconds", () => {
  assertEquals(retryAfter(statusOf(429, { "retry-after": "3" })), 3_000);
});

Deno.test("retryAfter() reads a date", () => {
  assertEquals(retryAfter(statusOf(503, { "retry-after": new Date(NOW + 9_000).toUTCString() })), 9_000);
});

Deno.test("retryAfter() ignores a value that is not a time", () => {
  assertEquals(retryAfter(statusOf(429, { "retry-after": "soon" })), 0);
});

Deno.test("retryAfter() is five minutes at most", () => {
  assertEquals(retryAfter(statusOf(429, { "retry-after": "86400" })), 300_000);
});

Deno.test("retryAfter() applies only to 429 and 5xx", () => {
  assertEquals(retryAfter(statusOf(403, { "retry-after": "3" })), 0);
});

for (
  const [status, expected] of [[410, true], [400, true], [429, false], [500, false], [504, false]] as const
) {
  Deno.test(`needsRelist() is ${expected} for ${status}`, () => {
    assertEquals(needsRelist(statusOf(status)), expected);
  });
}

const causes: [string, string][] = [
  ["tcp connect error: Connection reset by peer (os error 104)", "the connection was cut"],
  [
    "peer closed connection without sending TLS close_notify: https://docs.rs/rustls/#unexpected-eof",
    "the connection was cut",
  ],
  [
    "error sending request for url (https://h/api): client error (Connect): tcp connect error: " +
    "Connection refused (os error 111)",
    "connection refused",
  ],
  [
    "client error (Connect): invalid peer certificate: UnknownIssuer",
    "its certificate is signed by an authority that is not in certificate-authority",
  ],
  [
    "error sending request for url (https://h/api): client error (Connect): something new",
    "something new",
  ],
];

for (const [cause, reason] of causes) {
  Deno.test(`unreachable() says "${reason}" of "${cause}"`, () => {
    assertEquals(
      unreachable("https://h", new TypeError("fetch failed", { cause: new Error(cause) })).message,
      `cannot reach the API server at https://h: ${reason}`,
    );
  });
}
