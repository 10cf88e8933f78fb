import { DamagedError, JournalError } from './errors.ts';

/** Where the rows of a journal come from. A journal belongs to one source. */
export type JournalSource =
  | { readonly kind: 'tab'; readonly baseUrl: string }
  | {
      readonly kind: 'simulator';
      readonly seed: number;
      readonly racesPerDay: number;
      readonly clock: SimulatedClock;
    }
  | { readonly kind: 'recording' };

/** A simulated clock: at the real time `real` it showed `simulated`, and it runs `speed` times as fast. */
interface SimulatedClock {
  /** Epoch milliseconds. */
  readonly real: number;
  /** Epoch milliseconds. */
  readonly simulated: number;
  readonly speed: number;
}

/** Refuses a source that is not a journal's own; simulated clocks are not compared. */
export function requireSameSource(file: string, recorded: JournalSource, source: JournalSource): void {
  const [known, given] = [described(recorded), described(source)];
  if (known === given) return;
  throw new JournalError(
    `${file} holds what ${known} served and takes nothing of ${given}; name another file (--db).`,
  );
}

/** @throws DamagedError when the text, of `meta`, is not a source */
export function parseSource(file: string, text: string | null): JournalSource {
  const source = sourceOf(text);
  if (source === null) throw new DamagedError(file, 'it does not say what it recorded');
  return source;
}

/** The source that a text of `meta` stands for; null when it is none. */
export function sourceOf(text: string | null): JournalSource | null {
  try {
    const source: unknown = JSON.parse(text ?? '');
    return isSource(source) ? source : null;
  } catch {
    return null;
  }
}

function described(source: JournalSource): string {
  switch (source.kind) {
    case 'tab':
      // Journals of earlier versions have the address as it was given, with or without the API's own path.
      return `the TAB API at ${source.baseUrl.replace(/(\/affiliates(\/v1(\/racing)?)?)?\/*$/, '')}`;
    case 'simulator':
      return `the simulator with seed ${source.seed} and ${source.racesPerDay} races a day`;
    case 'recording':
      return 'a recording';
  }
}

function isSource(value: unknown): value is JournalSource {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'recording') return true;
  if (value.kind === 'tab') return 'baseUrl' in value && typeof value.baseUrl === 'string';
  if (value.kind !== 'simulator' || !('seed' in value && 'racesPerDay' in value && 'clock' in value))
    return false;
  return typeof value.seed === 'number' && typeof value.racesPerDay === 'number' && isClock(value.clock);
}

function isClock(value: unknown): value is SimulatedClock {
  if (typeof value !== 'object' || value === null) return false;
  return ['real', 'simulated', 'speed'].every((name) => Number.isFinite(Reflect.get(value, name)));
}
