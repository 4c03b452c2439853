/** Names and times, each as text and never as markup. */
import { useEffect, useState } from "preact/hooks";
import { ago, cutMiddle } from "../layout/words.ts";

const SHOWN_MAX = 40;

/** A name, cut in the middle where it is long; the title has it whole. */
export function Name({ text, max = SHOWN_MAX }: { readonly text: string; readonly max?: number }) {
  return <span class="name" title={text}>{cutMiddle(text, max)}</span>;
}

/** The time since a moment, which grows by itself; the title has the moment. */
export function Since({ time, suffix = "" }: { readonly time: string | number; readonly suffix?: string }) {
  const moment = typeof time === "number" ? time : Date.parse(time);
  const [now, tick] = useState(Date.now());
  useEffect(() => onSecond(() => tick(Date.now())), []);
  if (Number.isNaN(moment)) return null;
  const date = new Date(moment);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {ago(moment, Math.max(now, moment)) + suffix}
    </time>
  );
}

const clocks = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls the listener every second until the returned function is called. All listeners share one timer. */
function onSecond(listener: () => void): () => void {
  clocks.add(listener);
  timer ??= setInterval(() => {
    for (const clock of [...clocks]) clock();
  }, 1_000);
  return () => void clocks.delete(listener);
}
