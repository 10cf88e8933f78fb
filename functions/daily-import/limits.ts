/** When the parts of an execution end, in milliseconds after its beginning. */
export interface Limits {
  /** Reading back ends, done or not. */
  readonly readBackMs: number;
  /** Nothing more is asked of the feed; what is not done by then is named. */
  readonly importMs: number;
  /** Delivery is waited for no longer. The rest is for closing everything. */
  readonly deliverMs: number;
  /** The answer is given, whatever is still to be closed. */
  readonly answerMs: number;
}

/** Delivering a day's rows takes about a minute. */
const mostForDelivery = 120_000;
const mostForTheEnd = 10_000;
const mostForTheAnswer = 2_000;

/** @param timeoutMs milliseconds after which the runtime ends an execution */
export function limitsOf(timeoutMs: number): Limits {
  return {
    readBackMs: Math.floor(timeoutMs / 3),
    importMs: timeoutMs - Math.min(timeoutMs * 0.4, mostForDelivery),
    deliverMs: timeoutMs - Math.min(timeoutMs * 0.2, mostForTheEnd),
    answerMs: timeoutMs - Math.min(timeoutMs * 0.1, mostForTheAnswer),
  };
}
