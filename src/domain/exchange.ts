/** A request that was answered, as it is kept in a recording: without headers, and credentials masked. */
export interface Exchange {
  /** Path and query. */
  readonly url: string;
  readonly status: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** JSON in one line; null when the answer had no usable body. */
  readonly json: string | null;
}
