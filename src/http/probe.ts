/**
 * Builds the answers of probes, in the form of kube-apiserver: the status code is the result. The lines of
 * the single checks follow with `?verbose`, and whenever a check failed.
 */
import * as v from "valibot";

export interface Check {
  readonly name: string;
  /** Undefined when the check passed. */
  readonly failure: string | undefined;
  /** A remark that does not fail the check. */
  readonly note?: string | undefined;
}

export const probeQuery = v.object({
  verbose: v.optional(
    v.pipe(
      v.picklist(["", "true", "false"], "must be true, false or empty"),
      v.description("Name every check"),
    ),
    "false",
  ),
});

export const Probe = v.pipe(v.string(), v.description("ok, or a line for each check"));

export function answerProbe(
  name: string,
  { verbose, checks }: { verbose: string; checks: readonly Check[] },
): Response {
  const passed = checks.every(({ failure }) => failure === undefined);
  const lines = checks.map(({ name, failure, note }) =>
    failure === undefined
      ? `[+]${name} ok${note === undefined ? "" : ` (${note})`}`
      : `[-]${name} failed: ${failure}`
  );
  const verdict = `${name} check ${passed ? "passed" : "failed"}`;
  const text = passed && verbose === "false" ? "ok" : [...lines, verdict].join("\n");
  const headers = { "content-type": "text/plain; charset=UTF-8", "cache-control": "no-cache" };
  return new Response(text === "ok" ? text : `${text}\n`, { status: passed ? 200 : 503, headers });
}
