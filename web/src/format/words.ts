/** What is shown of a name that the source has not told. */
export const unknown = '–';

const codes: Readonly<Record<string, string>> = { T: 'Thoroughbred', H: 'Harness', G: 'Greyhound' };

/** The racing code in a word. */
export function codeName(type: string | null): string {
  return type === null ? unknown : (codes[type] ?? type);
}

/** `R7` */
export function raceNumber(number: number | null): string {
  return number === null ? 'R?' : `R${number}`;
}

/** `Ellerslie R7` */
export function raceTitle(race: {
  readonly meeting: string | null;
  readonly race_number: number | null;
}): string {
  return `${race.meeting ?? 'Unnamed meeting'} ${raceNumber(race.race_number)}`;
}

const bands: Readonly<Record<string, string>> = {
  day: 'over 6 h',
  hours: '6 h to 60 min',
  hour: '60 to 15 min',
  quarter: '15 to 5 min',
  jump: 'last 5 min',
  not_live: 'not live yet',
  closed: 'running',
  interim: 'interim',
  final: 'final',
  abandoned: 'abandoned',
  overdue: 'overdue',
  given_up: 'given up',
};

/** A band of the cadence in words; one that was configured goes by its own name. */
export function bandWords(band: string | null): string {
  return band === null ? 'not polled' : (bands[band] ?? band);
}

/** `every 10 s`; null where polls are made at set times. */
export function everyWords(everyMs: number | null): string | null {
  if (everyMs === null) return null;
  return everyMs < 60_000 ? `every ${everyMs / 1_000} s` : `every ${Math.round(everyMs / 60_000)} min`;
}

/** `scratched` from `is_scratched`, `start time` from `start_time`. */
export function plain(name: string): string {
  return name.replaceAll('_', ' ');
}

/** A product's name with spaces, as `Early Quadrella`, and the legs it runs over. */
export function poolName(product: string, legs: unknown): string {
  const name = product.replaceAll(/([a-z])([A-Z0-9])/g, '$1 $2');
  const numbers = Array.isArray(legs) ? legs.flat().filter((leg) => typeof leg === 'number') : [];
  return numbers.length === 0 ? name : `${name} (races ${numbers.join(', ')})`;
}
