/** Decimal odds as a punter reads them: two decimals, one from 100 on; an en dash for no price. */
export function price(odds: number | null): string {
  if (odds === null) return '–';
  return odds < 100 ? odds.toFixed(2) : odds.toFixed(odds % 1 === 0 ? 0 : 1);
}

/** A share of 100 as served: whole where it is whole. */
export function percent(value: number | null): string {
  return value === null ? '–' : `${Number.isInteger(value) ? value : value.toFixed(1)}%`;
}

const whole = new Intl.NumberFormat('en-NZ', { maximumFractionDigits: 0 });

/** Dollars without cents. */
export function dollars(value: number | null): string {
  return value === null ? '–' : `$${whole.format(value)}`;
}

/** A count with separators. */
export function count(value: number): string {
  return whole.format(value);
}

/** Bytes in the largest unit that leaves at least 1. */
export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${power === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[power] ?? 'B'}`;
}

/** Milliseconds of a measurement: `4 ms`, `1.2 s`, `2 min`. */
export function duration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
