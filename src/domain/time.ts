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
  const plain = plainMillis(time);
  if (plain !== null) return plain;
  const millis = rfc3339.test(time) ? Date.parse(time) : NaN;
  return millis >= firstMilli && millis < endMilli ? millis : NaN;
}

/** The one form in which times are stored: RFC 3339, UTC, milliseconds (`2026-02-28T03:10:00.123Z`). */
export function timestamp(millis: number): string {
  if (!Number.isInteger(millis) || millis < 0 || millis >= endMilli) return new Date(millis).toISOString();
  const day = Math.floor(millis / dayMillis);
  if (day !== lastDay.day) {
    lastDay.day = day;
    lastDay.date = new Date(millis).toISOString().slice(0, 11);
  }
  const rest = millis - day * dayMillis;
  const seconds = Math.floor(rest / 1000);
  const minutes = Math.floor(seconds / 60);
  const clock = `${padded(Math.floor(minutes / 60))}:${padded(minutes % 60)}:${padded(seconds % 60)}`;
  return `${lastDay.date}${clock}.${String(rest - seconds * 1000).padStart(3, '0')}Z`;
}

const dayMillis = 86_400_000;

/** One time after the other is of the same day: its text is kept, up to the `T`. */
const lastDay = { day: NaN, date: '' };

function padded(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/**
 * The times that nearly all texts are, read at a fraction of the cost: of UTC, of this century, of a day that every
 * month has. Null for whatever else a text is.
 */
function plainMillis(time: string): number | null {
  const { length } = time;
  if (length < 20 || length > 30 || !isPunctuated(time)) return null;
  const year = century(time);
  const month = digits(time, 5);
  const day = digits(time, 8);
  const hour = digits(time, 11);
  const minute = digits(time, 14);
  const second = digits(time, 17);
  const millis = fraction(time, length - 1);
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return null;
  if (!(hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60)) return null;
  if (millis < 0) return null;
  const days = daysBefore(year, month) + day - 1;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + millis + firstOfCentury;
}

const firstOfCentury = Date.UTC(2000, 0, 1);

/** Days of a common year before each month. */
const monthDays = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** Days of this century before a month: every fourth year of it has one more. */
function daysBefore(year: number, month: number): number {
  const leapDays = (year + 3) >> 2;
  const leapDay = month > 2 && year % 4 === 0 ? 1 : 0;
  return year * 365 + leapDays + (monthDays[month - 1] ?? NaN) + leapDay;
}

const zero = 48;
const hyphen = 45;
const colon = 58;
const point = 46;
const letterT = 84;
const letterZ = 90;

function isPunctuated(time: string): boolean {
  return (
    time.charCodeAt(4) === hyphen &&
    time.charCodeAt(7) === hyphen &&
    time.charCodeAt(10) === letterT &&
    time.charCodeAt(13) === colon &&
    time.charCodeAt(16) === colon &&
    time.charCodeAt(time.length - 1) === letterZ
  );
}

/** The year within this century; negative for another one. */
function century(time: string): number {
  return digits(time, 0) === 20 ? digits(time, 2) : -1;
}

/** Two digits; negative when they are none. */
function digits(time: string, at: number): number {
  const tens = time.charCodeAt(at) - zero;
  const ones = time.charCodeAt(at + 1) - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** Milliseconds of each fractional digit; those that follow are cut off. */
const worth = [100, 10, 1];

/** Milliseconds of the fractional digits after the seconds; negative when they are none. */
function fraction(time: string, end: number): number {
  if (end === 19) return 0;
  if (time.charCodeAt(19) !== point || end === 20) return -1;
  let millis = 0;
  for (let at = 20; at < end; at++) {
    const digit = time.charCodeAt(at) - zero;
    if (digit < 0 || digit > 9) return -1;
    millis += digit * (worth[at - 20] ?? 0);
  }
  return millis;
}
