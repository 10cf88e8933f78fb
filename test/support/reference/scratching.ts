import { field, number, text, type Json } from './json.ts';
import { cut, fromSeconds } from './times.ts';

export function isScratched(runner: Json): boolean {
  return field(runner, 'is_scratched') === true;
}

/** The source's own time of a scratching; null when it gives none. */
export function scratchedAt(runner: Json): string | null {
  if (!isScratched(runner)) return null;
  const seconds = number(field(runner, 'scratch_time'));
  if (seconds !== null && seconds > 0) return fromSeconds(seconds);
  const time = text(field(runner, 'scr_time'));
  return time === null || time === '' ? null : cut(time);
}
