/**
 * Times are stored as MariaDB has them, `2026-02-28 03:10:00.123` in UTC, and answered as
 * `2026-02-28T03:10:00.123+00:00`.
 */

const shape =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i;

/** Minutes that a zone is ahead of UTC. */
function offset(zone: string | undefined): number {
  const parts = /([+-])(\d{2}):?(\d{2})/.exec(zone ?? '');
  if (!parts) return 0;
  return (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3]));
}

export function storedTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '');
}

/** The stored form of a time in ISO 8601, cut to milliseconds; null for any other text. */
export function toStored(text: string): string | null {
  const parts = shape.exec(text);
  if (!parts) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 59) return null;
  const fraction = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  // Like PHP, let 30 February be 2 March.
  const utc = Date.UTC(year, month - 1, day, hour, minute - offset(parts[8]), second, fraction);
  return year < 1000 ? null : storedTime(utc);
}

export function toAnswer(stored: string): string {
  return `${stored.replace(' ', 'T')}+00:00`;
}

/** Milliseconds of a stored time. */
export function toMilliseconds(stored: string): number {
  return Date.parse(`${stored.replace(' ', 'T')}Z`);
}
