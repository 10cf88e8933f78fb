/**
 * Bytes of the write-ahead log past which somebody holds it back: SQLite moves it into the file every 16 MB, and cuts it
 * back to 64 MB when it could not for a while.
 */
export const logLimit = 256 * 1_048_576;

/** Whether the log's growth is to be reported: past the limit, and once more each time it has doubled. */
export class LogGrowth {
  #next = logLimit;

  /** @param bytes size of the log now */
  isNew(bytes: number): boolean {
    if (bytes <= logLimit) this.#next = logLimit;
    if (bytes <= this.#next) return false;
    while (this.#next < bytes) this.#next *= 2;
    return true;
  }
}
