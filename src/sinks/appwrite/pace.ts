/** After so many failures of the same rows, fewer are tried at once. */
const patience = 3;

/** A row that fails alone so often, while others are taken, is the reason itself. */
const mostFailures = 8;

/**
 * How many rows of a table to send at once after its calls failed. A server that fails (5xx, no answer in time)
 * is mostly unwell as a whole; but when it fails for the same rows again and again, fewer of them are tried, until
 * the one is found for which it does.
 */
export class Pace {
  #failures = 0;
  /** Calls for other rows that had succeeded when this failing began. */
  #successesBefore = 0;

  /** Whether this table alone seems to be in trouble: others go first then. */
  get troubled(): boolean {
    return this.#failures >= patience;
  }

  /** Rows to send, of a full page. */
  rows(most: number): number {
    return Math.max(1, most >> Math.max(0, this.#failures - patience + 1));
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** @param successes calls that succeeded so far, for whatever rows */
  failed(successes: number): void {
    if (this.#failures === 0) this.#successesBefore = successes;
    this.#failures++;
  }

  /** Whether a row that just failed alone is to be given up. */
  gaveUp(most: number, successes: number): boolean {
    return this.#failures >= mostFailures && this.rows(most) === 1 && successes > this.#successesBefore;
  }
}
