/** What clients can have of the server at once, and for how long. */
export interface Limits {
  /** Connections. */
  readonly connections: number;
  /** Clients of the stream. */
  readonly streams: number;
  /** Answers under way that read a few rows: lists, a race, the status. */
  readonly light: number;
  /** Answers under way that read many: movers, history. */
  readonly heavy: number;
  /** Real milliseconds for an answer, its client's reading included; streams have rules of their own. */
  readonly answerMs: number;
  /** Real milliseconds between two comments of the stream that say that it is alive. */
  readonly beatMs: number;
}

export const standardLimits: Limits = {
  connections: 2_048,
  streams: 256,
  light: 128,
  heavy: 32,
  answerMs: 30_000,
  beatMs: 15_000,
};
