import { type ByteWriter, type Fragment, fragment } from "./byte_writer.ts";

const COLON = fragment(":");
const ZULU = fragment("Z");
const DAY_SECONDS = 86_400;
/** Maximum number of cached dates. Beyond it, the cache is emptied. */
const DATES_MAX = 10_000;
/** Dates with a trailing "T", by the number of days since 1970. */
const dates = new Map<number, Fragment>();

/** Formats a time in seconds since 1970, in UTC, as RFC 3339. */
export function rfc3339(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** Writes the text of `rfc3339`. Many resources share few dates, so dates are cached. */
export function writeTime(out: ByteWriter, seconds: number): void {
  out.put(dateOf(Math.floor(seconds / DAY_SECONDS)));
  out.twoDigits(Math.floor(seconds / 3600) % 24);
  out.put(COLON);
  out.twoDigits(Math.floor(seconds / 60) % 60);
  out.put(COLON);
  out.twoDigits(seconds % 60);
  out.put(ZULU);
}

function dateOf(day: number): Fragment {
  let date = dates.get(day);
  if (date === undefined) {
    if (dates.size >= DATES_MAX) dates.clear();
    date = fragment(rfc3339(day * DAY_SECONDS).slice(0, 11));
    dates.set(day, date);
  }
  return date;
}
