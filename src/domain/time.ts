/** A time without its zone would be read in that of the machine. */
const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** The years that have four digits: stored times are compared as texts. */
const [firstMilli, endMilli] = [-62_167_219_200_000, 253_402_300_800_000];

/**
 * Milliseconds since the epoch of an RFC 3339 time. The feed sends 0 to 9 fractional digits; what lies
 * beyond the millisecond is cut off, never rounded. NaN when the text is no time, or one that is of no year from 0
 * to 9999 in UTC.
 */
export function epochMillis(time: string): number {
  const millis = rfc3339.test(time) ? Date.parse(time) : NaN;
  return millis >= firstMilli && millis < endMilli ? millis : NaN;
}

/** The one form in which times are stored: RFC 3339, UTC, milliseconds (`2026-02-28T03:10:00.123Z`). */
export function timestamp(millis: number): string {
  return new Date(millis).toISOString();
}
