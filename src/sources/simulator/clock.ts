import type { ClockOrigin } from './options.ts';
import { mix } from './random.ts';

/** Simulated epoch milliseconds, whole. */
export type Clock = () => number;

/** The simulated clock: `simulated + (now - real) * speed`. */
export function simulatedClock(origin: ClockOrigin, speed: number): Clock {
  return () => Math.floor(origin.simulated + (Date.now() - origin.real) * speed);
}

/** RFC 3339 in UTC with up to nine fractional digits, trailing zeros left out as the feed does. */
export function nanoTime(millis: number, nanos: number): string {
  const [whole = ''] = new Date(millis).toISOString().split('.');
  const fraction = (((millis % 1000) + 1000) % 1000) * 1_000_000 + nanos;
  const digits = String(fraction).padStart(9, '0').replace(/0+$/, '');
  return digits === '' ? `${whole}Z` : `${whole}.${digits}Z`;
}

/** A `generated_time` and the millisecond it lies in. */
export interface Stamp {
  readonly millis: number;
  readonly text: string;
}

/** Gives stamps that always rise, so that no two responses carry the same one. */
export function stamps(clock: Clock): () => Stamp {
  let last = -Infinity;
  let nanos = 0;
  return () => {
    const now = clock();
    if (now > last) {
      last = now;
      nanos = mix(now % 2 ** 32) % 400_000;
    } else {
      nanos += 1009;
      if (nanos >= 1_000_000) {
        nanos -= 1_000_000;
        last += 1;
      }
    }
    return { millis: last, text: nanoTime(last, nanos) };
  };
}
