import type { Clock } from './clock.ts';
import type { FaultOptions, Outage } from './options.ts';
import { random } from './random.ts';

/** A way in which a response can go wrong. */
export type FaultKind =
  'status_500' | 'status_502' | 'rate_limited' | 'html' | 'truncated' | 'cut' | 'hang' | 'outage' | 'reset';

/** One fault as it happened. Times are simulated. */
export interface InjectedFault {
  /** Null when it hit a listing or, for an outage, everything. */
  readonly race_id: string | null;
  readonly kind: FaultKind;
  readonly from: string;
  /** Null while it lasts. */
  to: string | null;
}

/** Decides which requests go wrong and remembers it. */
export interface Faults {
  /** What is to go wrong with the next request; null: nothing. */
  next(): FaultKind | null;
  /** Notes a fault that begins now; the result notes its end. */
  record(raceId: string | null, kind: FaultKind): () => void;
  /** Every fault so far, outages first. */
  list(): readonly InjectedFault[];
}

const wrongAnswers: readonly FaultKind[] = [
  'status_500',
  'status_502',
  'rate_limited',
  'html',
  'truncated',
  'cut',
];
const mostRemembered = 50_000;

const iso = (millis: number) => new Date(millis).toISOString();

/** Faults drawn from a seed, one draw a request. `start` is the instant from which outages count. */
export function createFaults(seed: number, options: FaultOptions, start: number, clock: Clock): Faults {
  const r = random(seed, 'faults');
  const found: InjectedFault[] = [];
  const errors = options.errors ?? 0;
  const hangs = options.hangs ?? 0;
  const begins = (outage: Outage) => start + outage.afterMs;
  const ends = (outage: Outage) => begins(outage) + outage.durationMs;
  const outages = options.outages ?? [];
  return {
    next() {
      const now = clock();
      if (outages.some((outage) => now >= begins(outage) && now < ends(outage))) return 'reset';
      const roll = r.unit();
      const answer = r.pick(wrongAnswers);
      if (roll < errors) return answer;
      return roll < errors + hangs ? 'hang' : null;
    },
    record(raceId, kind) {
      const fault: InjectedFault = { race_id: raceId, kind, from: iso(clock()), to: null };
      if (found.length < mostRemembered) found.push(fault);
      return () => {
        fault.to = iso(clock());
      };
    },
    list() {
      const now = clock();
      const spans = outages
        .filter((outage) => begins(outage) <= now)
        .map((outage): InjectedFault => ({
          race_id: null,
          kind: 'outage',
          from: iso(begins(outage)),
          to: now < ends(outage) ? null : iso(ends(outage)),
        }));
      return [...spans, ...found];
    },
  };
}
