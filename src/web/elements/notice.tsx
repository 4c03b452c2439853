/** What stands in the place of an answer: nothing yet, nothing at all, or a failure. */
import type { Failure } from "../live/failure.ts";

export function Loading({ what }: { readonly what: string }) {
  return <p class="notice" role="status">Reading {what} …</p>;
}

export function Empty({ title, children }: { readonly title: string; readonly children?: unknown }) {
  return (
    <div class="notice">
      <p class="strong">{title}</p>
      <p>{children as string}</p>
    </div>
  );
}

/** A request that failed. The last answer may still be shown beside it. */
export function Failed({ failure, what }: { readonly failure: Failure; readonly what: string }) {
  const [title, advice] = describeFailure(failure);
  return (
    <div class="notice failed" role="alert">
      <p class="strong">Cannot read {what}: {title}</p>
      <p>{advice}</p>
    </div>
  );
}

export function describeFailure({ status, message }: Failure): readonly [title: string, advice: string] {
  if (status === 0) return ["the server cannot be reached", "The page tries again by itself."];
  if (status === 401) return ["a token is needed", "Sign in with the button in the header."];
  if (status === 403) return ["you may not see it", message];
  if (status === 404) return ["it does not exist", "It may have been deleted, or you may not see it."];
  if (status === 503) return ["the server is busy", "The page tries again by itself."];
  return [message, `Status ${status}.`];
}
