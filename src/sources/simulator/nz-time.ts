import { DateTime } from 'luxon';

const zone = 'Pacific/Auckland';
const dayMs = 86_400_000;

/** A NZ date (`YYYY-MM-DD`) as days since 1970-01-01; null when the text is no date. */
export function dayOfDate(date: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null;
  const millis = Date.parse(`${date}T00:00:00Z`);
  // Dates like 30 February parse as a day of the next month in some engines.
  if (Number.isNaN(millis) || dateOfDay(millis / dayMs) !== date) return null;
  return millis / dayMs;
}

export function dateOfDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** Epoch milliseconds of the NZ midnight that begins a day. */
export function midnightOfDay(day: number): number {
  return DateTime.fromISO(dateOfDay(day), { zone }).toMillis();
}

/** The NZ day of an instant. */
export function dayAt(millis: number): number {
  const local = DateTime.fromMillis(millis, { zone });
  return Date.UTC(local.year, local.month - 1, local.day) / dayMs;
}

/** `12:50:00 NZST`. */
export function wallClockNz(millis: number): string {
  const local = DateTime.fromMillis(millis, { zone });
  return `${local.toFormat('HH:mm:ss')} ${local.offset === 780 ? 'NZDT' : 'NZST'}`;
}

/** The wall clock as the tote counts it: hours go on past 24 after the midnight that ends the meeting's day. */
export function toteClock(day: number, millis: number): string {
  const local = DateTime.fromMillis(millis, { zone });
  const hours = local.hour + (dayAt(millis) > day ? 24 : 0);
  return `${String(hours).padStart(2, '0')}:${local.toFormat('mm:ss')}`;
}

/** Go's way of printing a time: `2025-07-17 00:50:00 +0000 UTC`. */
export function goTime(millis: number): string {
  const iso = new Date(millis).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} +0000 UTC`;
}

/** The NZ date of an instant, `YYYY-MM-DD`. */
export function nzDateOf(millis: number): string {
  return dateOfDay(dayAt(millis));
}
