/** What goes wrong on purpose, and how often. Control endpoints are never touched. */
export interface FaultOptions {
  /** Share of requests (0 to 1) answered wrongly: 500, 502, 429, a page of HTML, or a body cut short. */
  readonly errors?: number;
  /** Share of requests (0 to 1) whose response never ends. */
  readonly hangs?: number;
  /** Spans in which every connection is reset, in simulated milliseconds since the clock's origin. */
  readonly outages?: readonly Outage[];
}

export interface Outage {
  readonly afterMs: number;
  readonly durationMs: number;
}

/** Ties simulated time to real time: both in epoch milliseconds. */
export interface ClockOrigin {
  readonly real: number;
  readonly simulated: number;
}

export interface SimulatorOptions {
  /** Names the whole market: the same seed, number of races and time give the same data. */
  readonly seed: number;
  /** Races of a day over all meetings, from 1 to 10,000; around 240 is like the real thing. */
  readonly racesPerDay: number;
  /** How many simulated milliseconds pass in a real one; over 0. */
  readonly speed: number;
  /** TCP port; 0 takes any free one. */
  readonly port: number;
  readonly host?: '127.0.0.1';
  readonly origin: ClockOrigin;
  readonly faults?: FaultOptions;
}
