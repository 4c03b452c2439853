/**
 * Writes a time span as kubectl prints it: two units for short spans, one unit for long ones. The
 * steps are those of `duration.HumanDuration` in k8s.io/apimachinery.
 */
import { type ByteWriter, fragment } from "../json/byte_writer.ts";

const INVALID = fragment("<invalid>");
const SECONDS = fragment("s");
const MINUTES = fragment("m");
const HOURS = fragment("h");
const DAYS = fragment("d");
const YEARS = fragment("y");

export function writeAge(out: ByteWriter, seconds: number): void {
  if (seconds < -1) {
    out.put(INVALID);
    return;
  }
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(seconds / 3600);
  const days = Math.floor(seconds / 86_400);
  const years = Math.floor(days / 365);
  let unit = SECONDS;
  let value = Math.max(seconds, 0);
  let smallerUnit = SECONDS;
  let rest = 0;
  if (years >= 2) {
    [unit, value, smallerUnit, rest] = [YEARS, years, DAYS, years < 8 ? days % 365 : 0];
  } else if (hours >= 48) {
    [unit, value, smallerUnit, rest] = [DAYS, days, HOURS, days < 8 ? hours % 24 : 0];
  } else if (minutes >= 180) {
    [unit, value, smallerUnit, rest] = [HOURS, hours, MINUTES, hours < 8 ? minutes % 60 : 0];
  } else if (seconds >= 120) {
    [unit, value, smallerUnit, rest] = [MINUTES, minutes, SECONDS, minutes < 10 ? seconds % 60 : 0];
  }
  out.number(value);
  out.put(unit);
  if (rest === 0) return;
  out.number(rest);
  out.put(smallerUnit);
}
