import { timestamp } from './time.ts';

/** When and against which start a response is compared: what every row written from it has in common. */
export interface Observation {
  readonly raceId: string;
  /** The response's own time, epoch milliseconds and as stored. */
  readonly generatedAt: number;
  readonly sourceTime: string;
  readonly observedAt: string;
  /** The advertised start known now, epoch milliseconds. */
  readonly advertisedStart: number;
  /** Whether rows of later times are of a clock that the feed gave up: `Baseline.abandonedAt`. */
  readonly isRewound: boolean;
}

/** Seconds from a source time to the advertised start known at writing; negative after it. */
export function secondsToStart(observation: Observation, at: number): number {
  return (observation.advertisedStart - at) / 1000;
}

/**
 * @param generatedAt epoch milliseconds, the source's clock
 * @param observedAt epoch milliseconds, our clock
 * @param advertisedStart epoch milliseconds
 * @param isRewound whether rows of later times are of a clock that the feed gave up
 */
export function observation(
  raceId: string,
  generatedAt: number,
  observedAt: number,
  advertisedStart: number,
  isRewound = false,
): Observation {
  return {
    raceId,
    generatedAt,
    sourceTime: timestamp(generatedAt),
    observedAt: timestamp(observedAt),
    advertisedStart,
    isRewound,
  };
}
