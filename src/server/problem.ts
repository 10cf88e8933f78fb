/** What a client is told when it does not get what it asked for. */
export class Problem extends Error {
  /** HTTP's status code. */
  readonly status: number;
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | null;

  /** @param message one sentence */
  constructor(status: number, message: string, retryAfter: number | null = null) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
