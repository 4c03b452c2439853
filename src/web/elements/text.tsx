/** Words: names, numbers and times, each as text and never as markup. */
import { useEffect, useState } from "hono/jsx/dom";

const SHOWN_MAX = 40;

/** A name, cut in the middle where it is long; the title has it whole. */
export function Name({ text, max = SHOWN_MAX }: { readonly text: string; readonly max?: number }) {
  return <span class="name" title={text}>{cutMiddle(text, max)}</span>;
}

/** Cuts a text in the middle to at most so many characters. */
export function cutMiddle(text: string, max: number): string {
  const letters = [...text];
  if (letters.length <= max) return text;
  const head = Math.ceil((max - 1) / 2);
  return `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (max - 1 - head)).join("")}`;
}

const numbers = new Intl.NumberFormat("en");

/** Returns a whole number with its thousands grouped. */
export function grouped(n: number): string {
  return numbers.format(n);
}

/** Returns the number with its noun, in the singular or the plural. */
export function counted(n: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(n)} ${n === 1 ? singular : plural}`;
}

const UNITS = [["y", 31_536_000], ["d", 86_400], ["h", 3_600], ["m", 60]] as const;

/** Returns the time between two moments in its largest unit, such as `5 m`. */
export function ago(since: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - since) / 1000));
  for (const [unit, size] of UNITS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  return `${seconds} s`;
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
