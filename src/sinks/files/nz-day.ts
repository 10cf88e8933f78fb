import { DateTime } from 'luxon';
import { timestamp } from '../../domain/time.ts';

const feedZone = 'Pacific/Auckland';

/** An NZ date as the stored times that it covers. */
export interface NzDay {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** Its first instant. */
  readonly from: string;
  /** The first instant of the next date. */
  readonly to: string;
}

/** @returns null when the text is no date of the calendar */
export function nzDay(date: string): NzDay | null {
  const day = DateTime.fromFormat(date, 'yyyy-MM-dd', { zone: feedZone });
  if (!day.isValid) return null;
  const next = day.plus({ days: 1 });
  return { date, from: timestamp(day.toMillis()), to: timestamp(next.toMillis()) };
}

/** The NZ date of a stored time. */
export function nzDateOf(time: string): string {
  return DateTime.fromISO(time, { zone: feedZone }).toFormat('yyyy-MM-dd');
}
