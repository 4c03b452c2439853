/** A status as a shape and a colour; its word is the title, and read aloud. */
import type { Node, Status } from "../answers.ts";
import { counted } from "../layout/words.ts";

export function StatusDot({ status, message }: { readonly status: Status; readonly message?: string }) {
  const label = message ? `${status}: ${message}` : status;
  return <span class={`dot ${cssOf(status)}`} role="img" aria-label={status} title={label} />;
}

/** Returns the class of a status. Text of the cluster is never a class. */
export function cssOf(status: Status): string {
  return { Ready: "ready", Pending: "pending", Error: "error", Unknown: "unknown" }[status] ?? "unknown";
}

const SQUARES_MAX = 24;

interface PodCounts {
  readonly ready: number;
  readonly pending: number;
  readonly error: number;
}

/** Pods as squares, or from 25 on as a bar with their numbers. */
export function Pods({ counts }: { readonly counts: PodCounts }) {
  const { ready, pending, error } = counts;
  const total = ready + pending + error;
  if (total === 0) return null;
  const label = `${counted(total, "Pod")}: ${ready} ready, ${pending} pending, ${error} in error`;
  const parts = [["error", error], ["pending", pending], ["ready", ready]] as const;
  if (total > SQUARES_MAX) {
    return (
      <span class="podbar" role="img" aria-label={label} title={label}>
        <span class="bar">
          {parts.map(([name, n]) =>
            n > 0 && <span key={name} class={name} style={{ width: `${(n / total) * 100}%` }} />
          )}
        </span>
        {`${ready}/${total}`}
      </span>
    );
  }
  return (
    <span class="pods" role="img" aria-label={label} title={label}>
      {parts.flatMap(([name, n]) =>
        Array.from({ length: n }, (_, i) => <i key={`${name} ${i}`} class={name} />)
      )}
    </span>
  );
}

/** Counts Pods by status; a Pod whose status is Unknown counts as pending. */
export function countPods(pods: readonly Pick<Node, "status">[]): PodCounts {
  const ready = pods.filter(({ status }) => status === "Ready").length;
  const error = pods.filter(({ status }) => status === "Error").length;
  return { ready, error, pending: pods.length - ready - error };
}
